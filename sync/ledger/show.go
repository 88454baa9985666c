package ledger

import (
	"context"
	"database/sql"
	"iter"

	"usersync/sync/user"
)

// Shown is all that the ledger holds of a user.
type Shown struct {
	user.Known
	Feed string
}

// Show returns what the ledger holds of an id; ErrUnknown if that is nothing.
func (l *Ledger) Show(ctx context.Context, id string) (Shown, error) {
	if err := checkID(id); err != nil {
		return Shown{}, failed("", err)
	}
	scope, err := l.scopeNum(ctx)
	if err != nil {
		return Shown{}, failed("", err)
	}
	var found *Shown
	var prints slab
	err = l.find(ctx, l.read, scope, places{ids: []string{id}}, func(_ int, r *scanned) (err error) {
		found = new(Shown)
		if found.Known, err = l.known(l.naming(ctx), r, &prints); err != nil {
			return err
		}
		found.Feed, err = l.feedName(ctx, r.feed)
		return err
	})
	if err != nil {
		return Shown{}, failed("show an entry of the ledger", err)
	}
	if found == nil {
		return Shown{}, ErrUnknown
	}
	return *found, nil
}

// Row is an entry as mirror needs it.
type Row struct {
	Row      int64 // its number within the scope, from 1; what Seen holds
	ID       string
	Remote   string
	Standing user.Standing
}

func rowFrom(r *scanned) Row {
	return Row{rowOf(r.num), string(r.id), string(r.remote), user.Standing(r.standing)}
}

// Rows yields the entries of the scope that belong to a feed, in the order of
// their rows. It reads a part at a time, so it may be left at any point and
// holds up nobody; what is marked meanwhile may be among them or not.
func (l *Ledger) Rows(ctx context.Context, feed string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := l.scan(ctx, l.read, func(r *scanned) (bool, error) {
			name, err := l.feedName(ctx, r.feed)
			if err != nil || name != feed {
				return err == nil, err
			}
			return yield(rowFrom(r), nil), nil
		})
		if err != nil {
			yield(Row{}, failed("read the ledger", err))
		}
	}
}

// RowsFrom yields the same entries in the order of their ids, byte by byte, those
// behind the id after.
func (l *Ledger) RowsFrom(ctx context.Context, feed, after string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := l.inOrder(ctx, after, func(r *scanned) (bool, error) {
			name, err := l.feedName(ctx, r.feed)
			if err != nil || name != feed {
				return err == nil, err
			}
			return yield(rowFrom(r), nil), nil
		})
		if err != nil {
			yield(Row{}, failed("read the ledger", err))
		}
	}
}

// inOrder calls take for each entry of the scope behind an id until it says no. It
// asks for nothing but what the index holds in this order: for more, a planner
// would read the whole table for each part.
func (l *Ledger) inOrder(ctx context.Context, after string, take func(*scanned) (bool, error)) error {
	scope, err := l.scopeNum(ctx)
	if err != nil {
		return err
	}
	for more := true; more; {
		rows, err := l.query(ctx, l.read, `SELECT 0, `+entryColumns+` FROM usersync_entry e
			WHERE e.scope = ? AND e.id > ? ORDER BY e.scope, e.id LIMIT ?`, scope, after, question)
		if err != nil {
			return err
		}
		part, err := whole(rows)
		if err != nil {
			return err
		}
		for i := range part {
			after = string(part[i].id)
			if on, err := take(&part[i]); err != nil || !on {
				return err
			}
		}
		more = len(part) == question
	}
	return nil
}

// scan calls take for each entry of the scope until it says no.
func (l *Ledger) scan(ctx context.Context, q querier, take func(*scanned) (bool, error)) error {
	scope, err := l.scopeNum(ctx)
	if err != nil {
		return err
	}
	for from, more := inScope(scope, 0), true; more; {
		more = false
		part, err := l.part(ctx, q, from)
		if err != nil {
			return err
		}
		for i := range part {
			if part[i].num>>scopeBits != scope {
				return nil
			}
			from, more = part[i].num, true
			if on, err := take(&part[i]); err != nil || !on {
				return err
			}
		}
	}
	return nil
}

// part reads the next entries whole, so that no connection is held while they
// are looked at.
func (l *Ledger) part(ctx context.Context, q querier, from int64) ([]scanned, error) {
	rows, err := l.onward(ctx, q, from, question)
	if err != nil {
		return nil, err
	}
	return whole(rows)
}

func whole(rows *sql.Rows) ([]scanned, error) {
	part := make([]scanned, 0, question)
	err := each(rows, func(r *scanned) error {
		kept := *r
		kept.id, kept.remote, kept.prints = copied(r.id), copied(r.remote), copied(r.prints)
		part = append(part, kept)
		return nil
	})
	return part, err
}

func copied(b []byte) []byte { return append([]byte(nil), b...) }

// Resolve settles a pending user by hand: remote is the key that the API made
// for it; empty says that the user is not there.
func (l *Ledger) Resolve(ctx context.Context, id, remote string) error {
	shown, err := l.Show(ctx, id)
	if err != nil {
		return err
	}
	if shown.Standing != user.Pending {
		return &NotPendingError{Standing: standings[shown.Standing]}
	}
	e := Entry{ID: id, Remote: remote, Run: shown.Run, Record: shown.Record, Anew: true}
	if remote != "" {
		e.Standing = user.Held
	}
	return l.amend(ctx, "resolve an entry", e)
}

// Forget erases all that the ledger holds of an id, from the disk as well; the
// next run takes the user as new.
func (l *Ledger) Forget(ctx context.Context, id string) error {
	if _, err := l.Show(ctx, id); err != nil {
		return err
	}
	if err := l.amend(ctx, "forget an entry", Entry{ID: id}); err != nil || l.dialect.erase == "" {
		return err
	}
	if _, err := l.write.ExecContext(ctx, l.dialect.erase); err != nil {
		return failed("erase an entry from the disk", err)
	}
	return nil
}

func (l *Ledger) amend(ctx context.Context, what string, e Entry) error {
	err := l.change(ctx, func(w *writing) error { return w.entries(e.Run, []Entry{e}) })
	return failed(what+" of the ledger", err)
}
