package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// Expire removes the directories of the runs in dir that started before a time and
// cannot be continued, except those in keep and those whose files a run that can be
// continued still reads. A run that cannot be read stays. It removes as many as it
// can: removed counts them, and err says why others stay.
func Expire(dir string, before time.Time, keep ...string) (removed int, err error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return 0, err
	}
	needed := map[string]bool{}
	for _, id := range keep {
		needed[id] = true
	}
	var old []string
	for _, r := range runs {
		isOld := r.Started.Before(before)
		if r.Finished && !isOld {
			continue
		}
		over, inputs, bad := isOver(dir, r, before)
		for _, input := range inputs {
			needed[input] = needed[input] || !over
		}
		if err = errors.Join(err, bad); isOld && over {
			old = append(old, r.ID)
		}
	}
	for _, id := range old {
		if needed[id] {
			continue
		}
		bad := rundir.RemoveRun(dir, id)
		if err = errors.Join(err, bad); bad == nil {
			removed++
		}
	}
	return removed, err
}

// isOver reports whether a run cannot be continued, and which runs' files it reads. The
// journal of a sandbox run, or of one that never started, may have no end; then the age
// of its files tells whether a process may still work on it.
func isOver(dir string, info rundir.RunInfo, before time.Time) (over bool, inputs []string, err error) {
	if !info.Journal {
		return untouchedSince(before, dir, info.ID), nil, nil
	}
	r, err := Read(dir, info.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil // another process has just removed it
	}
	if err != nil {
		return false, nil, fmt.Errorf("read the journal of run %s: %w", info.ID, err)
	}
	history := r.Journal
	return !history.Resumable() && (history.Over() || untouchedSince(before, dir, info.ID)), ReadBy(history.Header), nil
}

// untouchedSince reports whether all files in the directory of a run were last written
// before a time; false if that is unknown.
func untouchedSince(before time.Time, dir, id string) bool {
	entries, err := os.ReadDir(filepath.Join(dir, id))
	if err != nil {
		return false
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || !info.ModTime().Before(before) {
			return false
		}
	}
	return true
}

// ReadBy returns the names of runs whose files a run may need to read its input again. Not
// every name is that of a run.
func ReadBy(h journal.Header) []string { return append(rejectsReadBy(h), h.SettledBy...) }

// rejectsReadBy returns the names of runs whose rejects a run may read as its input.
func rejectsReadBy(h journal.Header) []string {
	runs := []string{h.Retried}
	for _, in := range h.Inputs {
		runs = append(runs, filepath.Base(filepath.Dir(in.Path)))
	}
	return runs
}
