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

// RunInfo describes a run by the files in its directory.
type RunInfo struct {
	ID      string
	Started time.Time // to the second, in UTC
	// Finished means that there is a summary and no unfinished file. A stopped run has a
	// summary too.
	Finished bool
	// Journal means that there is one, so it may be possible to resume the run.
	Journal bool
}

// JournalName is the name of a run's journal in its directory.
const JournalName = "journal"

// IndexName is the name of the index of a run's results in its directory.
const IndexName = "index"

// AttemptsName is the name of the log of the calls of a run in its directory.
const AttemptsName = "attempts.jsonl"

// TrafficName is the name of the description of a run's calls in its directory.
const TrafficName = "traffic.jsonl"

const summaryName = "summary.json"

// runID matches the names that Create gives to directories.
var runID = regexp.MustCompile(`^(\d{8}T\d{6}Z)-[a-z2-7]{6}$`)

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
			continue // such as the 99th of a month: not a run
		}
		run := RunInfo{ID: e.Name(), Started: started}
		if err := run.inspect(root); err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b RunInfo) int { return cmp.Compare(b.ID, a.ID) })
	return runs, nil
}

func (r *RunInfo) inspect(root *os.Root) error {
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

// IsRun reports whether a name is one that Create gives to the directory of a run.
func IsRun(name string) bool { return runID.MatchString(name) }
