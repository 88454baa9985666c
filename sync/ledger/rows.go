package ledger

import (
	"context"
	"database/sql"
	"iter"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// Row is what mirror mode needs of an entry.
type Row struct {
	Row    int64 // its number within the scope, from 1
	ID     string
	Remote string
	State  user.EntryState
	Shared bool // another id has the same Remote (Identities.FindShared)
}

func (v *view) rowFrom(r *dbEntry) Row {
	return Row{rowOf(r.num), string(r.id), string(r.remote), user.EntryState(r.state), v.isShared(r.num)}
}

// Rows yields the entries of the scope that belong to a feed, in the order of their
// rows. It reads a chunk at a time: it can be stopped at any point and blocks no writer.
// What is saved in the meantime may be included or not.
func (l *Ledger) Rows(ctx context.Context, feed string) iter.Seq2[Row, error] {
	return l.rowsOf(ctx, feed, func(take func(*dbEntry) (bool, error)) error { return l.scan(ctx, l.db.Read, take) })
}

// RowsFrom yields the same entries in the byte order of their ids, starting after the id
// after.
func (l *Ledger) RowsFrom(ctx context.Context, feed, after string) iter.Seq2[Row, error] {
	return l.rowsOf(ctx, feed, func(take func(*dbEntry) (bool, error)) error { return l.scanByID(ctx, after, take) })
}

// rowsOf yields the entries of a scan that belong to a feed.
func (v *view) rowsOf(ctx context.Context, feed string, scan func(take func(*dbEntry) (bool, error)) error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := scan(func(r *dbEntry) (bool, error) {
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

// scanByID calls take for each entry of the scope after an id, until take returns false.
// It asks for the index order only: with anything more, the query planner would read the
// whole table for each chunk.
func (v *view) scanByID(ctx context.Context, after string, take func(*dbEntry) (bool, error)) error {
	scope, err := v.scopeNum(ctx)
	if err != nil {
		return err
	}
	for more := true; more; {
		rows, err := v.db.Query(ctx, v.db.Read, `SELECT 0, `+database.EntryColumns+` FROM usersync_entry e
			WHERE e.scope = ? AND e.id > ? ORDER BY e.scope, e.id LIMIT ?`, scope, after, chunkSize)
		if err != nil {
			return err
		}
		part, err := readAll(rows)
		if err != nil {
			return err
		}
		for i := range part {
			after = string(part[i].id)
			if on, err := take(&part[i]); err != nil || !on {
				return err
			}
		}
		more = len(part) == chunkSize
	}
	return nil
}

// scan calls take for each entry of the scope, until take returns false.
func (v *view) scan(ctx context.Context, q database.Querier, take func(*dbEntry) (bool, error)) error {
	scope, err := v.scopeNum(ctx)
	if err != nil {
		return err
	}
	for from, more := inScope(scope, 0), true; more; {
		more = false
		part, err := v.readChunk(ctx, q, from)
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

// readChunk copies the next entries, so that no connection is held while they are used.
func (v *view) readChunk(ctx context.Context, q database.Querier, from int64) ([]dbEntry, error) {
	rows, err := v.entriesAfter(ctx, q, from, chunkSize)
	if err != nil {
		return nil, err
	}
	return readAll(rows)
}

func readAll(rows *sql.Rows) ([]dbEntry, error) {
	part := make([]dbEntry, 0, chunkSize)
	err := each(rows, func(r *dbEntry) error {
		kept := *r
		kept.id, kept.remote, kept.fingerprints = copied(r.id), copied(r.remote), copied(r.fingerprints)
		part = append(part, kept)
		return nil
	})
	return part, err
}

func copied(b []byte) []byte { return append([]byte(nil), b...) }
