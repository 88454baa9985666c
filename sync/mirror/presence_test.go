package mirror

import (
	"context"
	"iter"
	"testing"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// holding is a ledger that holds some ids.
type holding []string

func (h holding) Max(context.Context) (int64, error) { return int64(len(h)), nil }

func (h holding) Lookup(_ context.Context, ids []string) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		for row, held := range h {
			if held == id {
				known[i] = user.LedgerEntry{State: user.Present, Row: int64(row + 1)}
			}
		}
	}
	return known, nil
}

// A row whose id stands for none blocks deletions, unless the ledger holds exactly
// that id: then its user is in the input, whether or not the row is sent.
func TestSuspectIDs(t *testing.T) {
	null := &user.InvalidError{Code: identity.CodeNull, Field: user.ID}
	never := func(id string) user.Record { return user.Record{User: user.User{ID: id}, Err: null} }
	unless := func(id string) user.Record {
		return user.Record{User: user.User{ID: id}, Err: null, Suspect: null}
	}
	both := func(id string) user.Record {
		return user.Record{User: user.User{ID: id}, Err: &user.InvalidError{Code: "bad_phone"}, Suspect: null}
	}
	for name, c := range map[string]struct {
		record  user.Record
		written int // records of an earlier part of the run
		asked   bool
		unknown int
		seen    bool
	}{
		"never, and not held":               {never("NULL"), 0, false, 1, false},
		"never, and held":                   {never("null"), 0, false, 0, true},
		"unless known, not held":            {unless("nil"), 0, true, 1, false},
		"unless known, held":                {unless("None"), 0, true, 0, true},
		"the same, written before":          {unless("None"), 1, false, 0, true},
		"not held, written before":          {unless("nil"), 1, false, 1, false},
		"something else is wrong, held":     {both("None"), 0, false, 0, true},
		"something else is wrong, not held": {both("nil"), 0, false, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			held := holding{"a", "None", "null"}
			p, err := NewPresence(t.Context(), held)
			if err != nil {
				t.Fatal(err)
			}
			c.record.Origin.Record = 1
			one := func(yield func(*user.Record, error) bool) { yield(&c.record, nil) }
			for _, err := range p.Of(t.Context(), iter.Seq2[*user.Record, error](one), c.written) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.asked { // by the engine
				known, _ := held.Lookup(t.Context(), []string{c.record.User.ID})
				p.Seen(known)
			}
			if err := p.close(t.Context()); err != nil {
				t.Error(err)
			}
			if seen := p.seen.Has(2) || p.seen.Has(3); p.unknown != c.unknown || seen != c.seen || len(p.firstUnidentified) != c.unknown {
				t.Errorf("%d unknown, seen %t", p.unknown, seen)
			}
		})
	}
}
