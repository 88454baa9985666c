package history

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// Find reads the run id in dir, which a person has named. What goes wrong is a
// *LookupError.
func Find(dir, id string) (*Run, error) {
	r, err := Read(dir, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LookupError{fmt.Errorf("find the run: there is no %s", filepath.Join(dir, id))}
	}
	if err != nil {
		return nil, unreadable(id, err)
	}
	return r, nil
}

// Newest finds the run in dir that began last among those whose journal fits: by the
// order of the ledger for runs that wrote to one ledger, else by their clocks; wanted
// says in words which those are, such as " that has finished". What goes wrong, and
// that there is none, is a *LookupError.
func Newest(dir, wanted string, fits func(*journal.Past) bool) (*Run, error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &LookupError{err}
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
	return nil, &LookupError{fmt.Errorf("find the run: there is none%s in %s", wanted, dir)}
}

func unreadable(id string, err error) error {
	return &LookupError{fmt.Errorf("read the journal of run %s: %w", id, err)}
}

// Unfinished lists the runs in dir that went to scope and did not end for good, the
// newest first, and those of other feeds of the scope that wrote to the same ledger.
// A run that is registered in the ledger went to scope, whatever its journal calls it.
// A journal that cannot be read is an error: what it says may have been sent.
func Unfinished(dir string, scope journal.Scope, ledger string, registered ...string) ([]*Run, error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &PlaceError{err}
	}
	var found []*Run
	for _, info := range runs {
		if !info.Journal || info.Finished { // the ledger knows all of what is finished
			continue
		}
		r, err := Read(dir, info.ID)
		if err != nil {
			return nil, &PlaceError{fmt.Errorf("read the journal of run %s: %w", info.ID, err)}
		}
		was := r.Journal.Header.Scope
		r.OtherFeed = was.Feed != scope.Feed
		was.Feed = scope.Feed
		if !r.Journal.Begun || r.Journal.Over() || was != scope && !slices.Contains(registered, r.ID) {
			continue
		}
		if !r.OtherFeed || ledger != "" && r.Journal.Header.Ledger == ledger && !r.Running {
			found = append(found, r)
		}
	}
	return inOrder(found), nil
}

// Apart separates the runs of other feeds, of which it keeps those that did what the
// ledger does not know: by what it says of their users, this feed would find them
// unchanged. The others of these feeds can still be continued.
func Apart(all []*Run) (own, foreign []*Run) {
	for _, r := range all {
		switch {
		case !r.OtherFeed:
			own = append(own, r)
		case r.Unfinished().HasNews():
			foreign = append(foreign, r)
		}
	}
	return own, foreign
}
