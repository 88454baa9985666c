package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// scratch keeps what a plan would have done to users, for later records of the
// same users. A little stays in the engine's memory. Beyond that it is a ledger
// in a temporary directory, so that memory does not grow with the input; it holds
// ids and prints, as any ledger, and ends with the plan.
type scratch struct {
	ctx     context.Context
	printer *ledger.Printer
	entries []ledger.Entry
	dir     string // empty until it is needed
	ledger  atomic.Pointer[ledger.Ledger]
	marked  atomic.Int64 // the last record that it holds
}

// scratchEntries is how many users stay in memory: some 10 MB.
const scratchEntries = 20_000

// gone is the Remote of a user who is deleted by then.
const gone = "deleted"

func newScratch(ctx context.Context, p *ledger.Printer) *scratch {
	return &scratch{ctx: context.WithoutCancel(ctx), printer: p}
}

// Write takes note of an outcome, in the order of the records.
func (s *scratch) Write(o user.Outcome) error {
	e, changes := ledger.Entry{}, false
	if o.Record.Err == nil {
		e, changes = ledger.EntryOf(&o, s.printer)
	}
	if !changes {
		return nil
	}
	if e.Standing == user.Absent {
		e = ledger.Entry{ID: e.ID, Record: e.Record, Standing: user.Held, Remote: gone, Anew: true}
	}
	if s.entries = append(s.entries, e); len(s.entries) < scratchEntries {
		return nil
	}
	return s.spill(e.Record)
}

// spill moves what is in memory to the disk, up to the record given.
func (s *scratch) spill(record int) error {
	l := s.ledger.Load()
	if l == nil {
		var err error
		if l, err = s.open(); err != nil {
			return &exit.Error{Err: fmt.Errorf("keep the plan so far in %s: %w", os.TempDir(), err), Code: exit.Temporary,
				Hint: "make room there, or set TMPDIR to another place"}
		}
		s.ledger.Store(l)
	}
	if err := l.Mark(s.ctx, ledger.Mark{Run: "plan", Record: record}, s.entries); err != nil {
		return err
	}
	s.entries = s.entries[:0]
	s.marked.Store(int64(record))
	return nil
}

func (s *scratch) open() (*ledger.Ledger, error) {
	var err error
	if s.dir, err = os.MkdirTemp("", "usersync-plan-"); err != nil {
		return nil, err
	}
	l, err := ledger.Open(s.ctx, ledger.Options{URL: sqliteURL + filepath.Join(s.dir, "ledger.db"), Scope: "plan"})
	if err != nil {
		return nil, err
	}
	if _, err := l.Lock(s.ctx, "plan", 0); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// over lays what it holds over what is known of ids otherwise.
func (s *scratch) over(ctx context.Context, ids []string, known []user.Known) error {
	l := s.ledger.Load()
	if l == nil {
		return nil
	}
	mine, err := l.Look(ctx, ids)
	if err != nil {
		return err
	}
	for i, k := range mine {
		switch {
		case k.Row == 0:
		case k.Remote == gone:
			known[i] = user.Known{}
		default:
			e := ledger.Entry{Standing: k.Standing, Remote: k.Remote, Record: k.Record, Prints: k.Prints,
				Anew: k.Remote == destination.RemoteToCome}
			known[i] = e.Over(known[i])
		}
	}
	return nil
}

// close removes it.
func (s *scratch) close() error {
	var errs []error
	if l := s.ledger.Load(); l != nil {
		errs = append(errs, l.Close())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
