package ledger

import (
	"context"
	"database/sql"
	"iter"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// Row is an entry as mirror needs it.
type Row struct {
	Row      int64 // its number within the scope, from 1; what Seen holds
	ID       string
	Remote   string
	Standing user.EntryState
	Shared   bool // another id has the same Remote (Identities.FindShared)
}

func (v *view) rowFrom(r *scanned) Row {
	return Row{rowOf(r.num), string(r.id), string(r.remote), user.EntryState(r.standing), v.isShared(r.num)}
}

// Rows yields the entries of the scope that belong to a feed, in the order of
// their rows. It reads a part at a time, so it may be left at any point and
// holds up nobody; what is marked meanwhile may be among them or not.
func (l *Ledger) Rows(ctx context.Context, feed string) iter.Seq2[Row, error] {
	return l.rowsOf(ctx, feed, func(take func(*scanned) (bool, error)) error { return l.scan(ctx, l.db.Read, take) })
}

// RowsFrom yields the same entries in the order of their ids, byte by byte, those
// behind the id after.
func (l *Ledger) RowsFrom(ctx context.Context, feed, after string) iter.Seq2[Row, error] {
	return l.rowsOf(ctx, feed, func(take func(*scanned) (bool, error)) error { return l.inOrder(ctx, after, take) })
}

// rowsOf yields those of the entries on a walk that belong to a feed.
func (v *view) rowsOf(ctx context.Context, feed string, walk func(take func(*scanned) (bool, error)) error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := walk(func(r *scanned) (bool, error) {
			name, err := v.feedName(ctx, r.feed)
			if err != nil || name != feed {
				return err == nil, err
			}
			return yield(v.rowFrom(r), nil), nil
		})
		if err != nil {
			yield(Row{}, failed("read the ledger", err))
		}
	}
}

// inOrder calls take for each entry of the scope behind an id until it says no. It
// asks for nothing but what the index holds in this order: for more, a planner
// would read the whole table for each part.
func (v *view) inOrder(ctx context.Context, after string, take func(*scanned) (bool, error)) error {
	scope, err := v.scopeNum(ctx)
	if err != nil {
		return err
	}
	for more := true; more; {
		rows, err := v.db.Query(ctx, v.db.Read, `SELECT 0, `+database.EntryColumns+` FROM usersync_entry e
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
func (v *view) scan(ctx context.Context, q database.Querier, take func(*scanned) (bool, error)) error {
	scope, err := v.scopeNum(ctx)
	if err != nil {
		return err
	}
	for from, more := inScope(scope, 0), true; more; {
		more = false
		part, err := v.part(ctx, q, from)
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
func (v *view) part(ctx context.Context, q database.Querier, from int64) ([]scanned, error) {
	rows, err := v.onward(ctx, q, from, question)
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
