package history

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// Find reads the run in dir that a person named. Its error is a *LookupError.
func Find(dir, id string) (*Run, error) {
	r, err := Read(dir, id)
	if errors.Is(err, fs.ErrNotExist) && IsDir(ShardsDir(dir, ledger.MainRun(id))) {
		return nil, &LookupError{Dir: dir, Err: inShardsError{ledger.MainRun(id)}}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LookupError{Dir: dir, Err: fmt.Errorf("find the run: %s does not exist", filepath.Join(dir, id))}
	}
	if err != nil {
		return nil, unreadable(id, err)
	}
	return r, nil
}

// Newest finds the run in dir that started last among those whose journal fits. Runs that
// wrote to one ledger are in its order, others in the order of their clocks; wanted
// describes the runs that fit, as in " that has finished". Its error is a
// *LookupError, also if there is no such run.
func Newest(dir, wanted string, fits func(*journal.History) bool) (*Run, error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &LookupError{Err: err}
	}
	var begun []beginning
	for _, info := range runs {
		if !info.Journal {
			continue
		}
		h, err := headerOf(dir, info.ID)
		if err != nil || h.Started.IsZero() {
			h.Started = info.Started // it matters only if no newer run fits
		}
		begun = append(begun, beginning{info.ID, h})
	}
	for _, b := range newestFirst(begun) {
		r, err := Read(dir, b.run)
		if err != nil {
			return nil, unreadable(b.run, err)
		}
		if fits(r.Journal) {
			return r, nil
		}
	}
	return nil, &LookupError{Dir: dir, Err: fmt.Errorf("find the run: no run%s in %s", wanted, dir)}
}

// ShardsDir is the directory of what the shards of a run write before it is merged; of all runs,
// if run is empty.
func ShardsDir(runsDir, run string) string { return filepath.Join(runsDir, ".shards", run) }

// inShardsError says that a run is still made by its shards.
type inShardsError struct{ run string }

// Error names the run.
func (e inShardsError) Error() string {
	return "find the run: " + e.run + " is made in shards, which are not merged yet"
}

// Hint says how it ends.
func (e inShardsError) Hint() string {
	return "the command of any of its shards continues it; usersync merge " + e.run + " FILE ends it without the shards that have not ended"
}

func unreadable(id string, err error) error {
	return &LookupError{Err: fmt.Errorf("read the journal of run %s: %w", id, err)}
}

// Unfinished lists the unfinished runs of scope in dir, newest first, including those
// of other feeds that write to the same ledger. A run that is registered in the ledger
// went to scope and writes to that ledger, whatever its journal calls them. A journal that cannot be read is an
// error, because its run may have sent users.
func Unfinished(dir string, scope journal.Scope, ledger string, registered ...string) ([]*Run, error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &DirError{err}
	}
	var found []*Run
	for _, info := range runs {
		if !info.Journal || info.Finished { // the ledger knows all of a finished run
			continue
		}
		r, err := Read(dir, info.ID)
		if err != nil {
			return nil, &DirError{fmt.Errorf("read the journal of run %s: %w", info.ID, err)}
		}
		was := ScopeOf(r.Journal.Header)
		r.OtherFeed = was.Feed != scope.Feed
		known := slices.Contains(registered, r.ID)
		if !r.Journal.Begun || r.Journal.Over() || !was.Same(scope) && !known {
			continue
		}
		if !r.OtherFeed || (known || ledger != "" && r.Journal.Header.Ledger == ledger) && !r.Running {
			found = append(found, r)
		}
	}
	return inOrder(found), nil
}

// SplitFeeds separates the runs of other feeds. Of those it returns only the runs that
// did something that the ledger does not know: otherwise this feed could take users for
// unchanged that they have changed. The rest can still be continued.
func SplitFeeds(all []*Run) (own, foreign []*Run) {
	for _, r := range all {
		switch {
		case !r.OtherFeed:
			own = append(own, r)
		case r.Unfinished().HasUncheckpointed():
			foreign = append(foreign, r)
		}
	}
	return own, foreign
}
