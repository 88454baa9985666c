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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// RunInfo describes a run by the files in its directory.
type RunInfo struct {
	ID      string
	Started time.Time // to the second, in UTC
	// Finished means that there is a summary and no unfinished file. A stopped run has a
	// summary too.
	Finished bool
	// Journal means that there is one, so it may be possible to resume the run.
	Journal bool
	// Unpublished means that there is a file of UnpublishedName.
	Unpublished bool
}

// JournalName is the name of a run's journal in its directory.
const JournalName = "journal"

// IndexName is the name of the index of a run's results in its directory.
const IndexName = "index"

// AttemptsName is the name of the log of the calls of a run in its directory.
const AttemptsName = "attempts.jsonl"

// TrafficName is the name of the description of a run's calls in its directory.
const TrafficName = "traffic.jsonl"

// UnpublishedName is the name of the file that says where the files of a run are to be uploaded,
// until they are there.
const UnpublishedName = "unpublished"

// ErasingName is the name of the file that says that an erasure has begun to change the files of a
// run, and may have been killed: their sizes may differ from those in journal and summary.
const ErasingName = "erasing"

// SummaryName is the name of a run's summary in its directory.
const SummaryName = "summary.json"

// runID matches the names that Create gives to directories.
var runID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d{8}T\d{6}Z)-[a-z2-7]{6}$`) })

// Runs lists the runs below runsDir, the newest first. It ignores other entries, and returns nothing if
// runsDir does not exist. A runsDir that is not safe is an *UnsafeError. Every error is an *AccessError.
func Runs(runsDir string) ([]RunInfo, error) {
	root, err := openChecked(runsDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &AccessError{fmt.Errorf("list runs: %w", err)}
	}
	defer root.Close()
	runs, err := listRuns(root)
	if err != nil {
		return nil, &AccessError{fmt.Errorf("list runs in %s: %w", runsDir, err)}
	}
	return runs, nil
}

// listedAtOnce hides the latency of a disk that is not cached.
const listedAtOnce = 16

func listRuns(root *os.Root) ([]RunInfo, error) {
	entries, err := names(root, ".")
	if err != nil {
		return nil, err
	}
	var runs []RunInfo
	for _, name := range entries {
		parts := runID().FindStringSubmatch(name)
		if parts == nil {
			continue
		}
		started, err := time.Parse(stampLayout, parts[1])
		if err != nil {
			continue // such as the 99th of a month: not a run
		}
		runs = append(runs, RunInfo{ID: name, Started: started})
	}
	if err := inspectAll(root, runs); err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r RunInfo) bool { return r.ID == "" })
	slices.SortFunc(runs, func(a, b RunInfo) int { return cmp.Compare(b.ID, a.ID) })
	return runs, nil
}

func inspectAll(root *os.Root, runs []RunInfo) error {
	var group errgroup.Group
	group.SetLimit(listedAtOnce)
	for i := range runs {
		group.Go(func() error { return runs[i].inspect(root) })
	}
	return group.Wait()
}

// inspect looks at the files of a run. What is not a directory is not a run, and loses its ID.
func (r *RunInfo) inspect(root *os.Root) error {
	info, err := root.Lstat(r.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was removed while we looked
	}
	if err == nil && !info.IsDir() {
		r.ID = ""
		return nil
	}
	entries, err := names(root, r.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	partial := false
	for _, name := range entries {
		partial = partial || strings.HasSuffix(name, partialSuffix)
		r.Finished = r.Finished || name == SummaryName
		r.Journal = r.Journal || name == JournalName
		r.Unpublished = r.Unpublished || name == UnpublishedName
	}
	r.Finished = r.Finished && !partial
	return err
}

// names lists a directory without a look at the entries, which would cost a read of the disk
// for each.
func names(root *os.Root, name string) ([]string, error) {
	dir, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	entries, err := dir.Readdirnames(-1)
	return entries, errors.Join(err, dir.Close())
}

// IsRun reports whether a name is one that Create gives to the directory of a run.
func IsRun(name string) bool { return runID().MatchString(name) }
