package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// Renaming gives a user a new id.
type Renaming struct{ Old, New string }

// RenameError says why users cannot be renamed. Nothing was changed. It holds no id.
type RenameError struct {
	Pair int // the number of the pair, from 1
	What string
}

// Error names the pair and what is wrong.
func (e *RenameError) Error() string {
	return fmt.Sprintf("rename users in the ledger: pair %d: %s", e.Pair, e.What)
}

// Rename gives users new ids, all or none, and all at once: one pair may use the id that
// another pair frees. Their fingerprints are removed, so each user is sent once more under
// the new id; the API's keys stay. A user without a key of the API cannot be renamed,
// because the API knows such a user by the id itself. If both ids have the same key, the
// new one keeps it and the old one is removed.
func (a Admin) Rename(ctx context.Context, pairs []Renaming) error {
	err := a.l.change(ctx, func(t *transaction) error { return t.rename(pairs) })
	if _, refused := errors.AsType[*RenameError](err); refused {
		return err
	}
	return failed("rename users in the ledger", err)
}

func (t *transaction) rename(pairs []Renaming) error {
	olds, news, err := checkPairs(pairs)
	if err != nil {
		return err
	}
	held := make([]stored, len(pairs))
	if err := t.loadByID(olds, held); err != nil {
		return err
	}
	for i := range held {
		switch s := &held[i]; {
		case !s.exists:
			return &RenameError{i + 1, "the old id is not in the ledger"}
		case s.Remote == "":
			return &RenameError{i + 1, "the API knows this user by the id itself: under a new id it would be a different user"}
		}
	}
	taken := make([]stored, len(pairs))
	if err := t.loadByID(news, taken); err != nil {
		return err
	}
	for i := range taken {
		if taken[i].exists && taken[i].Remote != held[i].Remote && !slices.Contains(olds, news[i]) {
			return &RenameError{i + 1, "the new id is already in the ledger"}
		}
	}
	if err := t.remove(olds); err != nil {
		return err
	}
	rows := make([]database.Row, len(pairs))
	for i := range held {
		s := &held[i]
		s.ID, s.Folded, s.known = news[i], database.Folded(news[i]), user.Fingerprints{}
		if s.Folded != "" {
			t.l.folded.some.Store(true)
		}
		if err := t.complete(s); err != nil {
			return err
		}
		rows[i] = s.Row
	}
	if err := t.forgetDeletions(news); err != nil {
		return err
	}
	for part := range slices.Chunk(rows, chunkSize) {
		if err := t.l.db.Put(t, t.tx, t.scope, part); err != nil {
			return err
		}
	}
	return nil
}

// checkPairs refuses invalid ids, and ids that occur twice on one side.
func checkPairs(pairs []Renaming) (olds, news []string, err error) {
	seen := [2]map[string]bool{{}, {}}
	for i, p := range pairs {
		for side, id := range []string{p.Old, p.New} {
			if checkID(id) != nil {
				return nil, nil, &RenameError{i + 1, "an id is empty, not UTF-8, or holds a NUL"}
			}
			if seen[side][id] {
				return nil, nil, &RenameError{i + 1, "an earlier pair names the same id"}
			}
			seen[side][id] = true
		}
		if p.Old == p.New {
			return nil, nil, &RenameError{i + 1, "both ids are the same"}
		}
		olds, news = append(olds, p.Old), append(news, p.New)
	}
	return olds, news, nil
}

// loadByID reads the entries for ids into states, in their order.
func (t *transaction) loadByID(ids []string, states []stored) error {
	for from := 0; from < len(ids); from += chunkSize {
		part := idList{ids: ids[from:min(from+chunkSize, len(ids))]}
		err := t.l.find(t, t.tx, t.scope, part, func(i int, r *dbEntry) error {
			s := &states[from+i]
			s.Num, s.Feed, s.State, s.Remote, s.Run, s.Record = r.num, r.feed, r.state, string(r.remote), r.run, r.record
			s.exists = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
