package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// A statement that leaves the numbers of entries to SQLite, and fails without being undone, is
// much faster: SQLite does not look for entries with these numbers, and keeps no copy of each
// page that the statement changes. The transaction is given up if it fails.
const appendTo = `INSERT OR FAIL INTO usersync_entry (scope, id, feed, standing, remote, run, record, prints, folded)`

var appendAny = Insertion{Into: appendTo, Columns: 9}

// appendAlike appends entries that differ in nothing but id, record and fingerprints, as those of
// a first load do: a third as many values are passed on.
var appendAlike = Insertion{
	Into: appendTo + ` SELECT ?, column1, ?, ?, '', ?, column2, column3, NULL FROM (`, Shared: 4, Columns: 3, Conflict: `)`,
}

// appendEntries appends entries with the numbers that come after the last one.
func appendEntries(ctx context.Context, db *DB, tx *Tx, scope int64, rows []*Row) error {
	values := make([]any, 0, appendAlike.Shared+appendAlike.Columns*rowsAtOnce(len(rows)))
	for len(rows) > 0 {
		part := rows[:rowsAtOnce(len(rows))]
		how, valuesOf := appendAny, anyValues
		if alike(part) {
			how, valuesOf = appendAlike, alikeValues
		}
		result, err := insertSome(ctx, db, tx, how, valuesOf(values[:0], scope, part))
		if err != nil {
			return err
		}
		if err := checkNumber(result, part[len(part)-1].Num); err != nil {
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

func anyValues(values []any, scope int64, rows []*Row) []any {
	for _, r := range rows {
		values = append(values, scope, r.ID, r.Feed, r.State, r.Remote, r.Run, r.Record, r.Fingerprints, r.folded())
	}
	return values
}

// alike reports whether appendAlike appends the rows.
func alike(rows []*Row) bool {
	first := rows[0]
	return !slices.ContainsFunc(rows, func(r *Row) bool {
		return r.Remote != "" || r.Folded != "" || r.Feed != first.Feed || r.State != first.State || r.Run != first.Run
	})
}

func alikeValues(values []any, scope int64, rows []*Row) []any {
	values = append(values, scope, rows[0].Feed, rows[0].State, rows[0].Run)
	for _, r := range rows {
		values = append(values, r.ID, r.Record, r.Fingerprints)
	}
	return values
}
