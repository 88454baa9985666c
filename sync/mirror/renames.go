package mirror

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"

	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Mover is a ledger whose entries can get other ids.
type Mover interface {
	Users
	// Rows yields the feed's users in any order.
	Rows(ctx context.Context, feed string) iter.Seq2[ledger.Row, error]
	// Rename gives a user of the ledger the id of a record, whose create may be pending,
	// and counts that durably. If the ledger does not allow it, the error is a
	// *ledger.RenameError.
	Rename(ctx context.Context, record int, pair ledger.Renaming) error
	// Renamed returns how many users the run has renamed, in all of its parts.
	Renamed(ctx context.Context) (int, error)
}

// Renames gives users of the ledger the ids of rows that lead to them, up to a number. It
// is safe for concurrent use.
type Renames struct {
	ledger   Mover
	presence *Presence // of the run

	mu     sync.Mutex
	absent rowset.Set // users of the feed that are certainly missing from the input
	given  rowset.Set // of these, users who have the id of a row now; they keep their rows of the ledger
	left   int
	moved  int // by all parts of the run
}

// FirstPass is the whole input, read before the run to see who is missing from it.
type FirstPass struct {
	Records iter.Seq2[*user.Record, error]
	// Proved reports, after the last record, whether the input is complete.
	Proved    func() bool
	Feed      string
	Protected *protect.List // users that are never renamed; nil: none
	Most      int           // users that the run may rename, in all of its parts
	Moved     int           // outcomes that say so already; the ledger may know of more
}

// NewRenames reads the input. If it does not prove that anyone is missing, why says so, and
// no user is renamed. The presence is that of the run, which learns of renames.
func NewRenames(ctx context.Context, l Mover, p *Presence, in FirstPass) (r *Renames, why string, err error) {
	r = &Renames{ledger: l, presence: p}
	if r.moved, err = l.Renamed(ctx); err != nil {
		return nil, "", err
	}
	r.moved = max(r.moved, in.Moved)
	first, err := NewPresence(ctx, l)
	if err != nil {
		return nil, "", err
	}
	if why, err = in.read(ctx, first); why != "" || err != nil {
		return r, why, err
	}
	r.left = max(0, in.Most-r.moved)
	for row, err := range l.Rows(ctx, in.Feed) {
		if err != nil {
			return nil, "", err
		}
		if first.missing(row) && !row.Shared && !in.Protected.See(row.ID, 0) {
			r.absent.Add(row.Row)
		}
	}
	return r, "", nil
}

// read says why the input does not prove that anyone is missing; empty if it does.
func (in FirstPass) read(ctx context.Context, first *Presence) (why string, err error) {
	for _, bad := range first.Of(ctx, in.Records, math.MaxInt) {
		if bad != nil {
			return "the input cannot be read to its end", onlyEnd(ctx)
		}
	}
	if err := first.close(ctx); err != nil {
		return "", err
	}
	switch {
	case first.hasRejects:
		return "the input is rejects of an earlier run", nil
	case first.unidentified+first.unknown > 0:
		return "the id of at least one row cannot be read", nil
	case !in.Proved():
		return "nothing proves that the input was not truncated", nil
	}
	return "", nil
}

// onlyEnd returns why ctx is done, if it is.
func onlyEnd(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// Move gives the user with the id old the id of the record, and reports whether it did. It
// does not if old may be in the input, also as the new id of an earlier move, if the ledger
// knows the new id, or if it has done so as often as it may. An error ends the run.
func (r *Renames) Move(ctx context.Context, old string, to *user.Record) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		return false, nil
	}
	known, err := r.ledger.Lookup(ctx, []string{old})
	if err != nil || !r.absent.Has(known[0].Row) {
		return false, err
	}
	if r.given.Has(known[0].Row) {
		return false, nil
	}
	err = r.ledger.Rename(ctx, to.Origin.Record, ledger.Renaming{Old: old, New: to.User.ID})
	if _, refused := errors.AsType[*ledger.RenameError](err); refused {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.left--
	r.moved++
	r.given.Add(known[0].Row)
	r.presence.isSeen(known[0].Row)
	return true, nil
}

// Moved returns how many users have got another id, in all parts of the run.
func (r *Renames) Moved() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved
}
