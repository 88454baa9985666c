package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// Renaming is a user who has got another id.
type Renaming struct{ Old, New string }

// RenameError says why users cannot be renamed. Nothing was changed. It holds no id.
type RenameError struct {
	Pair int // the ordinal of the pair, from 1
	What string
}

// Error names the pair and what is wrong.
func (e *RenameError) Error() string {
	return fmt.Sprintf("rename users of the ledger: pair %d: %s", e.Pair, e.What)
}

// Rename gives users other ids, all or none, and all at once: a pair may give away the
// id that another pair takes. What the ledger knows of their fields is forgotten, so
// that each is sent once more under the new id; the API's keys stay. A user without a
// key of the API cannot be renamed, as the API knows such a user by the id itself. If both
// ids have the same key, the new one keeps it and the old one is forgotten.
func (a Admin) Rename(ctx context.Context, pairs []Renaming) error {
	err := a.l.change(ctx, func(w *writing) error { return w.rename(pairs) })
	if _, refused := errors.AsType[*RenameError](err); refused {
		return err
	}
	return failed("rename users of the ledger", err)
}

func (w *writing) rename(pairs []Renaming) error {
	olds, news, err := checkPairs(pairs)
	if err != nil {
		return err
	}
	held := make([]state, len(pairs))
	if err := w.heldOf(olds, held); err != nil {
		return err
	}
	for i := range held {
		switch s := &held[i]; {
		case !s.stored:
			return &RenameError{i + 1, "the ledger does not know the old id"}
		case s.Remote == "":
			return &RenameError{i + 1, "the API knows this user by the id itself: it is another user under another id"}
		}
	}
	taken := make([]state, len(pairs))
	if err := w.heldOf(news, taken); err != nil {
		return err
	}
	for i := range taken {
		if taken[i].stored && taken[i].Remote != held[i].Remote && !slices.Contains(olds, news[i]) {
			return &RenameError{i + 1, "the ledger knows the new id already"}
		}
	}
	if err := w.remove(olds); err != nil {
		return err
	}
	rows := make([]database.Row, len(pairs))
	for i := range held {
		s := &held[i]
		s.ID, s.Folded, s.known = news[i], database.Folded(news[i]), user.Fingerprints{}
		if err := w.complete(s); err != nil {
			return err
		}
		rows[i] = s.Row
	}
	if err := w.forgetDeletions(news); err != nil {
		return err
	}
	for part := range slices.Chunk(rows, question) {
		if err := w.l.db.Put(w, w.tx, w.scope, part); err != nil {
			return err
		}
	}
	return nil
}

// checkPairs refuses ids that cannot be, and those that stand twice on one side.
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

// heldOf reads what is held of ids into states, in their order.
func (w *writing) heldOf(ids []string, states []state) error {
	for from := 0; from < len(ids); from += question {
		part := places{ids: ids[from:min(from+question, len(ids))]}
		err := w.l.find(w, w.tx, w.scope, part, func(i int, r *scanned) error {
			s := &states[from+i]
			s.Num, s.Feed, s.Standing, s.Remote, s.Run, s.Record = r.num, r.feed, r.standing, string(r.remote), r.run, r.record
			s.stored = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
