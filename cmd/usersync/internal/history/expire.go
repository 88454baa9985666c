package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// Expiry says which runs are too old to keep.
type Expiry struct {
	// Before is when they started at the latest, by the clock of this machine.
	Before time.Time
	// Age is how much older they are at least, as the runs count it: a clock that has jumped
	// must not remove everything. 0 leaves Before alone.
	Age time.Duration
	// Keep are runs that stay.
	Keep []string
	// Ledger is the ledger of the run that asks. Runs that wrote to another ledger stay while
	// that one has younger runs: it alone knows what its users need.
	Ledger string
	// Needed returns what the users of the ledger still need; nil if there is none.
	Needed func() (ledger.Needed, error)
}

// Expire removes the directories of the runs in dir that are too old, cannot be continued and are
// published, if they are to be. These stay, too: the runs that a run which can be continued still
// reads, the newest run of each feed and the newest of it that has ended, those that left users
// pending, and those in which a row was sent that the API has refused ever since. A run that cannot
// be read stays. It removes as many as it can: removed counts them, and err says why others stay.
func Expire(dir string, x Expiry) (removed int, err error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return 0, err
	}
	x.Before = x.bounded(runs)
	old, needed, err := x.over(dir, runs)
	if len(old) == 0 {
		return 0, err
	}
	for _, id := range append(newestOfFeeds(dir, runs), x.Keep...) {
		needed[id] = true
	}
	var by ledger.Needed
	if x.Needed != nil {
		var bad error
		if by, bad = x.Needed(); bad != nil {
			return 0, errors.Join(err, bad)
		}
	}
	for _, id := range by.Runs {
		needed[id] = true
	}
	for _, id := range old {
		if needed[id] || x.ofOthers(dir, id, runs) || wasActive(dir, id, by.Sent) {
			continue
		}
		bad := rundir.RemoveRun(dir, id)
		if err = errors.Join(err, bad); bad == nil {
			removed++
		}
	}
	return removed, err
}

// jump is more time than there is between two runs: the clock was wrong in one of them.
const jump = 10 * 365 * 24 * time.Hour

// bounded is Before, or an earlier time: Age before the newest run that Keep does not name, or before
// the newest one that is not from the future.
func (x Expiry) bounded(runs []rundir.RunInfo) time.Time {
	var newest, next time.Time
	for _, r := range runs {
		if slices.Contains(x.Keep, r.ID) {
			continue
		}
		if next.IsZero() || next.Sub(r.Started) > jump {
			newest = r.Started
		}
		next = r.Started
	}
	if bound := newest.Add(-x.Age); x.Age > 0 && !newest.IsZero() && bound.Before(x.Before) {
		return bound
	}
	return x.Before
}

// over returns the old runs that cannot be continued, and the runs that others read which
// can. err says which cannot be read.
func (x Expiry) over(dir string, runs []rundir.RunInfo) (old []string, needed map[string]bool, err error) {
	needed = map[string]bool{}
	for _, r := range runs {
		isOld := r.Started.Before(x.Before)
		if r.Finished && !isOld {
			continue
		}
		over, inputs, bad := isOver(dir, r, x.Before)
		for _, input := range inputs {
			needed[input] = needed[input] || !over
		}
		if err = errors.Join(err, bad); isOld && over && !r.Unpublished {
			old = append(old, r.ID)
		}
	}
	return old, needed, err
}

// newestOfFeeds returns the newest run of each feed, and the newest that has ended. Runs against a
// sandbox, and those that send rejects again, are not among them.
func newestOfFeeds(dir string, runs []rundir.RunInfo) (newest []string) {
	headers, ended := map[string]journal.Header{}, map[string]bool{}
	for _, r := range runs {
		if h, err := headerOf(dir, r.ID); r.Journal && err == nil && !h.Sandbox && h.Retried == "" {
			headers[r.ID], ended[r.ID] = h, r.Finished
		}
	}
	type feed struct {
		journal.Scope
		ended bool
	}
	found := map[feed]bool{}
	for _, id := range NewestFirst(headers) {
		for _, f := range []feed{{ScopeOf(headers[id]), false}, {ScopeOf(headers[id]), true}} {
			if !found[f] && (ended[id] || !f.ended) {
				found[f] = true
				newest = append(newest, id)
			}
		}
	}
	return newest
}

// ofOthers reports whether a run wrote to another ledger, which younger runs still use.
func (x Expiry) ofOthers(dir, id string, runs []rundir.RunInfo) bool {
	h, err := headerOf(dir, id)
	if err != nil || h.Ledger == "" || h.Ledger == x.Ledger || h.Sandbox {
		return false
	}
	return slices.ContainsFunc(runs, func(r rundir.RunInfo) bool {
		if r.Started.Before(x.Before) {
			return false
		}
		other, err := headerOf(dir, r.ID)
		return err == nil && other.Ledger == h.Ledger
	})
}

// wasActive reports whether a run was in progress at one of the times: from its start to when its
// files were last written.
func wasActive(dir, id string, times []time.Time) bool {
	h, err := headerOf(dir, id)
	return err == nil && slices.ContainsFunc(times, func(t time.Time) bool {
		return !t.Before(h.Started.Truncate(time.Second)) && !untouchedSince(t, dir, id)
	})
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
