package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
)

// ownFiles matches every file that a run leaves in its directory, finished or not.
var ownFiles = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(((results|rejects)\.(csv|jsonl)|absent\.csv|summary\.json|report\.html)(\.partial)?(\.anew)?|(journal|index|unpublished|attempts\.jsonl|traffic\.jsonl)(\.anew)?|erasing|ledger\.db(-wal|-shm|-journal|\.key)?)$`)
})

// RemoveRun removes the directory of a run below runsDir with its files, the journal last, so that
// after a kill the rest can still be identified. If the directory holds anything other than a run's
// files, the error is a *ForeignError and nothing is removed. Every error is an *AccessError.
func RemoveRun(runsDir, run string) error {
	if !runID().MatchString(run) {
		return &AccessError{fmt.Errorf("remove run %q: not the name of a run", run)}
	}
	runs, err := openChecked(runsDir)
	if err != nil {
		return &AccessError{fmt.Errorf("open runs directory: %w", err)}
	}
	defer runs.Close() // it was only read
	if err := removeRun(runs, run, filepath.Join(runsDir, run)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &AccessError{fmt.Errorf("remove run %s: %w", run, err)}
	}
	return nil // another process removed it, which is just as well
}

func removeRun(runs *os.Root, run, path string) error {
	root, err := openBelow(runs, run, path)
	if err != nil {
		return err
	}
	d := &Dir{root: root, id: run, path: path}
	err = d.clear()
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if err := runs.Remove(run); err != nil {
		return err
	}
	return syncDir(runs)
}

func (d *Dir) clear() error {
	entries, err := names(d.root, ".")
	if err != nil {
		return err
	}
	var files []string
	for _, name := range entries {
		if !d.Has(name) || !ownFiles().MatchString(name) {
			return &ForeignError{Path: d.path}
		}
		if name != JournalName {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return d.Remove(append(files, JournalName)...)
}
