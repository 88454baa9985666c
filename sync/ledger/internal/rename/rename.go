// Package rename gives users of a ledger new ids. Start at Apply.
package rename

import (
	"fmt"
	"slices"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/recurring"
	"usersync/sync/user"
)

// Pair gives a user a new id.
type Pair struct{ Old, New string }

// Error says why users cannot be renamed. Nothing was changed. It holds no id.
type Error struct {
	Pair int // the number of the pair, from 1
	What string
}

// Error names the pair and what is wrong.
func (e *Error) Error() string {
	return fmt.Sprintf("rename users in the ledger: pair %d: %s", e.Pair, e.What)
}

// Apply gives users new ids, all or none, and all at once: one pair may use the id that
// another pair frees. Their fingerprints are removed; the API's keys stay. It fails with
// an *Error if a pair cannot be renamed.
func Apply(t change.Writer, pairs []Pair) error {
	return apply(t, pairs, func(*change.Stored) error { return nil })
}

// ApplyFor gives a user a new id for a record of a run, which the entry then names. A
// pending entry of the new id is dropped if it has no key: its create has led to the user.
func ApplyFor(t change.Writer, p Pair, run string, record int) error {
	if entries.CheckID(p.New) != nil {
		return &Error{1, badID}
	}
	if err := t.Apply(run, []change.Entry{{ID: p.New, IfPending: true}}); err != nil {
		return err
	}
	return apply(t, []Pair{p}, func(s *change.Stored) (err error) {
		s.Record = int64(record)
		s.Run, err = t.NumberOf(t.Runs, run)
		return err
	})
}

const badID = "an id is empty, not UTF-8, or holds a NUL"

func apply(t change.Writer, pairs []Pair, changed func(*change.Stored) error) error {
	olds, news, err := checkPairs(pairs)
	if err != nil {
		return err
	}
	held, err := findHeld(t, olds)
	if err != nil {
		return err
	}
	if err := checkFree(t, held, olds, news); err != nil {
		return err
	}
	if err := t.Remove(olds); err != nil {
		return err
	}
	rows, err := renamed(t, held, news, changed)
	if err != nil {
		return err
	}
	if err := t.ForgetDeletions(news); err != nil {
		return err
	}
	if err := recurring.Forget(t.Tx, slices.Concat(olds, news)); err != nil { // their rows say another id now
		return err
	}
	for part := range slices.Chunk(rows, entries.ChunkSize) {
		if err := t.DB.Put(t, t.SQL, t.ID, part); err != nil {
			return err
		}
	}
	return nil
}

// findHeld returns the entries of the old ids.
func findHeld(t change.Writer, olds []string) ([]change.Stored, error) {
	held, err := load(t, olds)
	if err != nil {
		return nil, err
	}
	for i := range held {
		switch s := &held[i]; {
		case !s.Exists:
			return nil, &Error{i + 1, "the old id is not in the ledger"}
		case s.Remote == "" && user.EntryState(s.State) == user.Pending:
			return nil, &Error{i + 1, "the user is pending, and no key of the API is known: find out whether the API has the user, and run usersync ledger resolve first"}
		case s.Remote == "":
			return nil, &Error{i + 1, "the API knows this user by the id itself: under a new id it would be a different user"}
		}
	}
	return held, nil
}

// checkFree refuses new ids that other users have, unless a pair frees them.
func checkFree(t change.Writer, held []change.Stored, olds, news []string) error {
	taken, err := load(t, news)
	if err != nil {
		return err
	}
	for i := range taken {
		if taken[i].Exists && taken[i].Remote != held[i].Remote && !slices.Contains(olds, news[i]) {
			return &Error{i + 1, "the new id is already in the ledger"}
		}
	}
	return nil
}

// renamed returns the entries under their new ids, each after changed.
func renamed(t change.Writer, held []change.Stored, news []string, changed func(*change.Stored) error) ([]*database.Row, error) {
	rows := make([]*database.Row, len(held))
	for i := range held {
		s := &held[i]
		s.ID, s.Folded, s.Known = news[i], database.Folded(news[i]), user.Renamed()
		t.Entries.Add(s.ID)
		if err := changed(s); err != nil {
			return nil, err
		}
		if _, err := t.Complete(s, nil); err != nil {
			return nil, err
		}
		rows[i] = &s.Row
	}
	return rows, nil
}

// checkPairs refuses invalid ids, and ids that occur twice on one side.
func checkPairs(pairs []Pair) (olds, news []string, err error) {
	seen := [2]map[string]bool{{}, {}}
	for i, p := range pairs {
		for side, id := range []string{p.Old, p.New} {
			if entries.CheckID(id) != nil {
				return nil, nil, &Error{i + 1, badID}
			}
			if seen[side][id] {
				return nil, nil, &Error{i + 1, "an earlier pair names the same id"}
			}
			seen[side][id] = true
		}
		if p.Old == p.New {
			return nil, nil, &Error{i + 1, "both ids are the same"}
		}
		olds, news = append(olds, p.Old), append(news, p.New)
	}
	return olds, news, nil
}

// load returns the entries for ids, in their order.
func load(t change.Writer, ids []string) ([]change.Stored, error) {
	found := make([]change.Stored, len(ids))
	for from := 0; from < len(ids); from += entries.ChunkSize {
		part := ids[from:min(from+entries.ChunkSize, len(ids))]
		err := t.Entries.Find(t, t.SQL, t.ID, part, func(i int, r *entries.Stored) error {
			s := &found[from+i]
			s.Num, s.Feed, s.State, s.Remote, s.Run, s.Record = r.Num, r.Feed, r.State, string(r.Remote), r.Run, r.Record
			s.Exists = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
