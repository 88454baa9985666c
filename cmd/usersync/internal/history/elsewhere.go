package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"usersync/sync/ledger"
)

// Registered is what the ledger knows of runs that did not end, compared with the
// journals that can be read from here.
type Registered struct {
	// Here are the names of those whose journals are in the runs directory.
	Here []string
	// Settled are those of which the ledger knows all: they ended, they never began,
	// or they stopped in another place with nothing left to tell.
	Settled []string
	// Elsewhere are those whose journals cannot be read from here, and which perhaps
	// changed what the ledger does not know.
	Elsewhere []ledger.Run
}

// FindRegistered asks the ledger, which may be nil, for the runs of its scope that did
// not end, and looks for their journals in dir. Those that stopped in another place and
// are of another feed than feed are left out: they can still be continued there.
func FindRegistered(ctx context.Context, l *ledger.Ledger, dir, feed string) (r Registered, err error) {
	if l == nil {
		return r, nil
	}
	runs, err := l.Runs().Unfinished(ctx)
	if err != nil {
		return r, err
	}
	for _, run := range runs {
		known, err := Read(dir, run.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && IsDir(filepath.Join(dir, run.Name)):
			r.Settled = append(r.Settled, run.Name) // its journal was never made, and is older than any call
		case errors.Is(err, fs.ErrNotExist) && run.State == ledger.RunOpen:
			r.Elsewhere = append(r.Elsewhere, run)
		case errors.Is(err, fs.ErrNotExist) && run.Feed == feed:
			r.Settled = append(r.Settled, run.Name)
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return r, &DirError{unreadable(run.Name, err)}
		case !known.Journal.Begun || known.Journal.Over():
			r.Settled = append(r.Settled, run.Name)
		default:
			r.Here = append(r.Here, run.Name)
		}
	}
	return r, nil
}

// IsDir reports whether path is a directory that can be looked at from here.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Over separates the runs that the ledger knows to be over, though their journals are
// not. A nil ledger knows of none.
func Over(ctx context.Context, l *ledger.Ledger, runs []*Run) (over map[string]*ledger.OverError, left []*Run, err error) {
	if l == nil || len(runs) == 0 {
		return nil, runs, nil
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.ID)
	}
	known, err := l.Runs().Find(ctx, names...)
	if err != nil {
		return nil, nil, err
	}
	over = map[string]*ledger.OverError{}
	for _, r := range runs {
		if k := known[r.ID]; k.State == ledger.RunAbsorbed || k.State == ledger.RunAbandoned {
			over[r.ID] = &ledger.OverError{Run: r.ID, State: k.State, By: k.By}
			continue
		}
		left = append(left, r)
	}
	return over, left, nil
}

// ElsewhereError says that a run did not end, and that its journal cannot be read from
// here. Nothing was sent.
type ElsewhereError struct{ ledger.Run }

// Error names the run, and says where it began.
func (e *ElsewhereError) Error() string {
	return "run " + e.Name + " of this account is unfinished, and what it did last cannot be read from here: its journal is on " + e.Place() + "; nothing was sent"
}

// Place says where the journal of a run is.
func Place(r ledger.Run) string {
	host := r.Host
	if host == "" {
		host = "an unknown machine"
	}
	return host + " in " + filepath.Join(r.Dir, r.Name)
}

// Place says where its journal is.
func (e *ElsewhereError) Place() string { return Place(e.Run) }
