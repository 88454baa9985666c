package plan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// spill keeps what a plan would have done to users, for later records of the same users. A
// little stays in memory. The rest goes to a ledger in a temporary directory, so memory does
// not grow with the input. Like any ledger it holds ids and fingerprints; it is removed with
// the plan.
type spill struct {
	fingerprinter *fingerprint.Fingerprinter
	entries       []ledger.Entry
	dir           string // empty until needed
	ledger        atomic.Pointer[ledger.Ledger]
	checkpointed  atomic.Int64 // the last record that it holds
}

// spillAt is how many users stay in memory: about 10 MB.
const spillAt = 20_000

// SpillError says that there is no room for what a plan keeps while it is being made.
type SpillError struct {
	Dir string // of temporary files
	Err error
}

// Error says where there is no room, and why.
func (e *SpillError) Error() string {
	return fmt.Sprintf("keep the plan so far in %s: %v", e.Dir, e.Err)
}

// Unwrap returns Err.
func (e *SpillError) Unwrap() error { return e.Err }

// deleted is the Remote of a user that would be deleted by then.
const deleted = "deleted"

// write records an outcome, in the order of the records. It takes no context, because what is
// kept is kept even while the plan is being stopped.
func (s *spill) write(o *user.Outcome) error {
	e, changes := ledger.Entry{}, false
	if o.Record.Err == nil {
		e, changes = ledger.EntryOf(o, s.fingerprinter, nil)
	}
	if !changes {
		return nil
	}
	if e.State == user.Absent {
		e = ledger.Entry{ID: e.ID, Record: e.Record, State: user.Present, Remote: deleted, Replace: true}
	}
	if s.entries = append(s.entries, e); len(s.entries) < spillAt {
		return nil
	}
	return s.toDisk(e.Record)
}

// toDisk moves what is in memory to disk, up to the given record.
func (s *spill) toDisk(record int) error {
	l := s.ledger.Load()
	if l == nil {
		var err error
		if l, err = s.open(); err != nil {
			return &SpillError{Dir: os.TempDir(), Err: err}
		}
		s.ledger.Store(l)
	}
	if err := l.Save(context.Background(), ledger.Checkpoint{Run: "plan", Record: record}, s.entries); err != nil {
		return err
	}
	s.entries = s.entries[:0]
	s.checkpointed.Store(int64(record))
	return nil
}

func (s *spill) open() (*ledger.Ledger, error) {
	var err error
	if s.dir, err = os.MkdirTemp("", "usersync-plan-"); err != nil {
		return nil, err
	}
	l, err := ledger.Open(context.Background(), ledger.Options{URL: "sqlite:" + filepath.Join(s.dir, "ledger.db"), Scope: "plan"})
	if err != nil {
		return nil, err
	}
	if _, err := l.Lock(context.Background(), "plan", 0); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// over overlays its entries on what is known of ids.
func (s *spill) over(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	l := s.ledger.Load()
	if l == nil {
		return nil
	}
	mine, err := l.Lookup(ctx, ids)
	if err != nil {
		return err
	}
	for i, k := range mine {
		switch {
		case k.Row == 0:
		case k.Remote == deleted:
			known[i] = user.LedgerEntry{}
		default:
			e := ledger.Entry{State: k.State, Remote: k.Remote, Record: k.Record, Fingerprints: k.Fingerprints,
				Replace: k.Remote == user.RemoteToCome}
			known[i] = e.ApplyTo(known[i])
		}
	}
	return nil
}

// lookalikes are those of its entries that would still be there. Their rows are not the
// ledger's.
func (s *spill) lookalikes(all []ledger.Lookalike) []ledger.Lookalike {
	there := slices.DeleteFunc(all, func(l ledger.Lookalike) bool { return l.Remote == deleted })
	for i := range there {
		there[i].Row = 0
	}
	return there
}

// close removes it.
func (s *spill) close() error {
	var errs []error
	if l := s.ledger.Load(); l != nil {
		errs = append(errs, l.Close())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
