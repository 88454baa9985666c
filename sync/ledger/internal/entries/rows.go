package entries

import (
	"context"
	"iter"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// Row is what mirror mode needs of an entry.
type Row struct {
	Row    int64 // its number within the scope, from 1
	ID     string
	Remote string
	State  user.EntryState
	Shared bool // another id has the same Remote (Reader.FindShared)
}

func (v *Reader) rowFrom(r *Stored) Row {
	return Row{scope.Row(r.Num), string(r.ID), string(r.Remote), user.EntryState(r.State), v.isShared(r.Num)}
}

// Rows yields the entries of the scope that belong to a feed, in the order of their
// rows. It reads a chunk at a time: it can be stopped at any point and blocks no writer.
// What is saved in the meantime may be included or not.
func (v *Reader) Rows(ctx context.Context, feed string) iter.Seq2[Row, error] {
	return v.rowsOf(ctx, feed, func(take func(*Stored) (bool, error)) error { return v.Scan(ctx, v.DB.Read, take) })
}

// RowsFrom yields the same entries in the byte order of their ids, starting after the id
// after.
func (v *Reader) RowsFrom(ctx context.Context, feed, after string) iter.Seq2[Row, error] {
	return v.rowsOf(ctx, feed, func(take func(*Stored) (bool, error)) error { return scanByID(ctx, v, after, take) })
}

// rowsOf yields the entries of a scan that belong to a feed.
func (v *Reader) rowsOf(ctx context.Context, feed string, scan func(take func(*Stored) (bool, error)) error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := scan(func(r *Stored) (bool, error) {
			name, err := v.FeedName(ctx, r.Feed)
			if err != nil || name != feed {
				return err == nil, err
			}
			return yield(v.rowFrom(r), nil), nil
		})
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// scanByID calls take for each entry of the scope after an id, until take returns false.
// It asks for the index order only: with anything more, the query planner would read the
// whole table for each chunk.
func scanByID(ctx context.Context, v *Reader, after string, take func(*Stored) (bool, error)) error {
	num, err := v.Num(ctx)
	if err != nil {
		return err
	}
	for more := true; more; {
		part, err := readAll(func(take func(*Stored) error) error {
			return v.DB.EachEntry(ctx, v.DB.Read, `SELECT `+database.EntryColumns+` FROM usersync_entry e
				WHERE e.scope = ? AND e.id > ? ORDER BY e.scope, e.id LIMIT ?`, take, num, after, ChunkSize)
		})
		if err != nil {
			return err
		}
		for i := range part {
			after = string(part[i].ID)
			if on, err := take(&part[i]); err != nil || !on {
				return err
			}
		}
		more = len(part) == ChunkSize
	}
	return nil
}

// Scan calls take for each entry of the scope, until take returns false.
func (v *Reader) Scan(ctx context.Context, q database.Querier, take func(*Stored) (bool, error)) error {
	num, err := v.Num(ctx)
	if err != nil {
		return err
	}
	for from, more := scope.Entry(num, 0), true; more; {
		more = false
		part, err := v.readChunk(ctx, q, from)
		if err != nil {
			return err
		}
		for i := range part {
			if scope.Of(part[i].Num) != num {
				return nil
			}
			from, more = part[i].Num, true
			if on, err := take(&part[i]); err != nil || !on {
				return err
			}
		}
	}
	return nil
}

// readChunk copies the next entries, so that no connection is held while they are used.
func (v *Reader) readChunk(ctx context.Context, q database.Querier, from int64) ([]Stored, error) {
	return readAll(func(take func(*Stored) error) error { return v.entriesAfter(ctx, q, from, ChunkSize, take) })
}

func readAll(read func(take func(*Stored) error) error) ([]Stored, error) {
	part := make([]Stored, 0, ChunkSize)
	err := read(func(r *Stored) error {
		kept := *r
		kept.ID, kept.Remote, kept.Fingerprints = copied(r.ID), copied(r.Remote), copied(r.Fingerprints)
		part = append(part, kept)
		return nil
	})
	return part, err
}

func copied(b []byte) []byte { return append([]byte(nil), b...) }
