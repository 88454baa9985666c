package main

import (
	"context"
	"fmt"
	"sync"

	"usersync/reader"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// mirror is the mode that upserts, and then deletes whom the input lacks.
const mirror user.Op = "mirror"

// intent is what is to be done with each record.
func (c *config) intent() user.Op {
	if c.Target.Mode == mirror {
		return user.Upsert
	}
	return c.Target.Mode
}

// attendance takes note of whom the input lists, as a bit for each user that the
// ledger holds. Its methods may be called side by side.
type attendance struct {
	ledger *ledger.Ledger
	last   int64 // the newest user of the ledger when the run began: later ones are the input's
	asked  int   // up to here the engine asks the ledger for nobody; written by an earlier start

	mu       sync.Mutex
	seen     ledger.Seen
	read     int           // records
	looked   int           // of these, ids looked up
	nameless []user.Origin // records whose id cannot be read: the first few
	noID     int           // how many there are
	again    bool          // the input is rejects of an earlier run
	queue    []string      // ids that the engine does not ask for
}

func newAttendance(ctx context.Context, l *ledger.Ledger) (*attendance, error) {
	last, err := l.Max(ctx)
	if err != nil {
		return nil, err
	}
	return &attendance{ledger: l, last: last}, nil
}

// of passes records on and takes note of those that the engine asks nobody about:
// unfit ones, and those that were written before.
func (a *attendance) of(ctx context.Context, records reader.Records) reader.Records {
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil {
				err = a.note(ctx, r)
			}
			if err != nil {
				r = nil
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

const namelessKept = 5

func (a *attendance) note(ctx context.Context, r *user.Record) error {
	a.mu.Lock()
	a.read++
	a.again = a.again || r.Origin.Before != nil
	switch {
	case !identified(r):
		if a.noID++; len(a.nameless) < namelessKept {
			a.nameless = append(a.nameless, r.Origin)
		}
	case r.Err != nil || r.Origin.Record <= a.asked:
		a.queue = append(a.queue, r.User.ID)
	}
	full := len(a.queue) == recordsAtOnce
	a.mu.Unlock()
	if full {
		return a.flush(ctx)
	}
	return nil
}

// identified reports whether the id of a record can be believed. That of an unfit
// row can, if it is not the id that is wrong with it.
func identified(r *user.Record) bool {
	if r.Err == nil {
		return true
	}
	bad, ok := r.Err.(*user.InvalidError)
	return r.User.ID != "" && ok && bad.Field != user.ID && bad.Code != "bad_id"
}

// flush looks up those who were noted.
func (a *attendance) flush(ctx context.Context) error {
	a.mu.Lock()
	ids := a.queue
	a.queue = nil
	a.mu.Unlock()
	known, err := a.ledger.Look(ctx, ids)
	if err != nil {
		return fmt.Errorf("look who is in the input: %w", err)
	}
	a.saw(known)
	return nil
}

// saw takes note of what the ledger knows of ids of the input.
func (a *attendance) saw(known []user.Known) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.looked += len(known)
	for i := range known {
		a.seen.Add(known[i].Row)
	}
}

// lacks reports whether the input lacks a user of the ledger. It is to be asked
// when the input was read to its end.
func (a *attendance) lacks(r ledger.Row) bool { return r.Row <= a.last && !a.seen.Has(r.Row) }
