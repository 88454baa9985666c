package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// storing is a way to insert entries.
type storing struct {
	any   Insertion
	alike Insertion // of entries that differ in nothing but number, id, record and fingerprints: far fewer values are passed on
	// numbered says that the entries have numbers; otherwise each gets the next one.
	numbered bool
}

// merging updates entries that are there.
var merging = storing{numbered: true,
	any: Insertion{
		Into: `INSERT INTO usersync_entry (num, scope, id, feed, standing, remote, run, record, prints, folded)`, Columns: 10,
		Conflict: mergeConflict,
	},
	alike: Insertion{
		Into: `INSERT INTO usersync_entry (num, scope, id, feed, standing, remote, run, record, prints, folded)
			SELECT column1, ?, column2, ?, ?, '', ?, column3, column4, NULL FROM (`, Shared: 4, Columns: 4,
		Conflict: `) WHERE true` + mergeConflict, // without WHERE, ON would belong to FROM
	},
}

const mergeConflict = ` ON CONFLICT (scope, id) DO UPDATE SET standing = excluded.standing, remote = excluded.remote,
	run = excluded.run, record = excluded.record, prints = excluded.prints`

// appending adds entries after all others. A statement that leaves their numbers to SQLite, and
// fails without being undone, is much faster: SQLite does not look for entries with these numbers,
// and keeps no copy of each page that the statement changes. The transaction is given up if it
// fails.
var appending = storing{
	any: Insertion{
		Into: `INSERT OR FAIL INTO usersync_entry (scope, id, feed, standing, remote, run, record, prints, folded)`, Columns: 9,
	},
	alike: Insertion{
		Into: `INSERT OR FAIL INTO usersync_entry (scope, id, feed, standing, remote, run, record, prints, folded)
			SELECT ?, column1, ?, ?, '', ?, column2, column3, NULL FROM (`, Shared: 4, Columns: 3, Conflict: `)`,
	},
}

func (s *storing) store(ctx context.Context, db *DB, tx *Tx, scope int64, rows []*Row) error {
	values := make([]any, 0, s.alike.Shared+s.alike.Columns*rowsAtOnce(len(rows)))
	for len(rows) > 0 {
		part := rows[:rowsAtOnce(len(rows))]
		how, valuesOf := s.any, s.anyValues
		if alike(part) {
			how, valuesOf = s.alike, s.alikeValues
		}
		result, err := insertSome(ctx, db, tx, how, valuesOf(values[:0], scope, part))
		if err == nil && !s.numbered {
			err = checkNumber(result, part[len(part)-1].Num)
		}
		if err != nil {
			return err
		}
		rows = rows[len(part):]
	}
	return nil
}

// checkNumber fails if the last entry of a statement has another number.
func checkNumber(result sql.Result, want int64) error {
	last, err := result.LastInsertId()
	if err == nil && last != want {
		err = fmt.Errorf("the database numbered a new entry %d, not %d", last, want)
	}
	return err
}

func (s *storing) anyValues(values []any, scope int64, rows []*Row) []any {
	for _, r := range rows {
		if s.numbered {
			values = append(values, r.Num)
		}
		values = append(values, scope, r.ID, r.Feed, r.State, r.Remote, r.Run, r.Record, r.Fingerprints, r.folded())
	}
	return values
}

// alike reports whether storing.alike inserts the rows.
func alike(rows []*Row) bool {
	first := rows[0]
	return !slices.ContainsFunc(rows, func(r *Row) bool {
		return r.Remote != "" || r.Folded != "" || r.Feed != first.Feed || r.State != first.State || r.Run != first.Run
	})
}

func (s *storing) alikeValues(values []any, scope int64, rows []*Row) []any {
	values = append(values, scope, rows[0].Feed, rows[0].State, rows[0].Run)
	for _, r := range rows {
		if s.numbered {
			values = append(values, r.Num)
		}
		values = append(values, r.ID, r.Record, r.Fingerprints)
	}
	return values
}
