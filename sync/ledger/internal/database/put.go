package database

import (
	"context"
	"database/sql"
	"strings"
)

// Here is how SQLite stores rows: many at a time, by few statements, which stay prepared.

// rowsAtOnce returns how many of n rows the next statement inserts.
func rowsAtOnce(n int) int {
	for _, size := range [...]int{250, 50, 10} {
		if n >= size {
			return size
		}
	}
	return 1
}

func insertSQLite(ctx context.Context, db *DB, tx *Tx, i Insertion, values []any) error {
	for len(values) > 0 {
		n := rowsAtOnce(len(values)/i.Columns) * i.Columns
		if _, err := insertSome(ctx, db, tx, i, values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// insertSome inserts rows with one statement. The values come after those that all rows share.
func insertSome(ctx context.Context, db *DB, tx *Tx, i Insertion, values []any) (sql.Result, error) {
	n := (len(values) - i.Shared) / i.Columns
	places := strings.Repeat("("+strings.Repeat("?,", i.Columns-1)+"?),", n)
	return db.execOften(ctx, tx, i.Into+" VALUES "+places[:len(places)-1]+i.Conflict, values...)
}

// putSQLite looks for an entry before it inserts it, unless it is new and comes after all others.
func putSQLite(ctx context.Context, db *DB, tx *Tx, scope int64, rows []*Row) error {
	var known []*Row
	added := rows[:0] // nearly all
	for _, r := range rows {
		if r.New {
			added = append(added, r)
		} else {
			known = append(known, r)
		}
	}
	if err := merging.store(ctx, db, tx, scope, known); err != nil || len(added) == 0 {
		return err
	}
	n, err := notNext(ctx, db, tx, added)
	if err != nil {
		return err
	}
	if err := merging.store(ctx, db, tx, scope, added[:n]); err != nil {
		return err
	}
	return appending.store(ctx, db, tx, scope, added[n:])
}

// notNext returns how many of the new entries, from the first on, would get another number if
// SQLite gave each the next one: all of them if another scope has higher numbers.
func notNext(ctx context.Context, db *DB, tx *Tx, added []*Row) (n int, err error) {
	var last int64
	if err := db.QueryRow(ctx, tx, `SELECT COALESCE(max(num), 0) FROM usersync_entry`).Scan(&last); err != nil {
		return 0, err
	}
	switch next := added[0].Num; {
	case next == last+1:
		return 0, nil
	case next > last: // the last ones were removed, or there are none: the next follows this one
		return 1, nil
	}
	return len(added), nil
}
