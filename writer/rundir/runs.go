package rundir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// RunInfo tells of a run by what lies in its directory.
type RunInfo struct {
	ID      string
	Started time.Time // to the second, in UTC
	// Finished: there is a summary and no file is unfinished. A summary alone
	// is there also of a run that stopped.
	Finished bool
	// Journal: there is one, so that the run can perhaps be resumed.
	Journal bool
}

// JournalName is what the journal of a run is called in its directory.
const JournalName = "journal"

const summaryName = "summary.json"

// runID is what Create calls directories.
var runID = regexp.MustCompile(`^(\d{8}T\d{6}Z)-[a-z2-7]{6}$`)

// Runs lists the runs below runsDir, the newest first. What is not a run's
// directory is passed over, and so is a runsDir that is not there. A runsDir
// that is not safe is an *UnsafeError.
func Runs(runsDir string) ([]RunInfo, error) {
	root, err := openSafe(runsDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer root.Close()
	runs, err := listRuns(root)
	if err != nil {
		return nil, fmt.Errorf("list runs in %s: %w", runsDir, err)
	}
	return runs, nil
}

func listRuns(root *os.Root) ([]RunInfo, error) {
	entries, err := names(root, ".")
	if err != nil {
		return nil, err
	}
	var runs []RunInfo
	for _, e := range entries {
		parts := runID.FindStringSubmatch(e.Name())
		if parts == nil || !e.IsDir() {
			continue
		}
		started, err := time.Parse(stampLayout, parts[1])
		if err != nil {
			continue // such as the 99th of a month: not ours
		}
		run := RunInfo{ID: e.Name(), Started: started}
		if err := run.look(root); err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b RunInfo) int { return cmp.Compare(b.ID, a.ID) })
	return runs, nil
}

func (r *RunInfo) look(root *os.Root) error {
	entries, err := names(root, r.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was removed while we looked
	}
	partial := false
	for _, e := range entries {
		partial = partial || strings.HasSuffix(e.Name(), partialSuffix)
		r.Finished = r.Finished || e.Name() == summaryName
		r.Journal = r.Journal || e.Name() == JournalName
	}
	r.Finished = r.Finished && !partial
	return err
}

func names(root *os.Root, name string) ([]fs.DirEntry, error) {
	dir, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	entries, err := dir.ReadDir(-1)
	return entries, errors.Join(err, dir.Close())
}
