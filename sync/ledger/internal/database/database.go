// Package database opens the database of a ledger, SQLite or PostgreSQL, brings its
// schema up to date, and hides how the two differ. It knows the ledger's tables, and not
// what their rows mean.
//
// Start at Open. Only dialect.go knows both databases, and entry.go how to read both: SQLite is in
// sqlite.go, put.go and storing.go, PostgreSQL in postgres.go and copy.go.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	*Dialect
	Read, Write *sql.DB // the same pool in PostgreSQL
	Path        string  // the SQLite file; empty in PostgreSQL

	reads  prepared
	writes written
}

// Open opens the database at sqlite:FILE or postgres://..., and creates the file if there
// is none. It does not read the schema; call Migrate next. It fails with an *UnusableError
// if a person has to act.
func Open(address string) (*DB, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return openSQLite(path)
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return openPostgres(address)
	}
	return nil, &UnusableError{Reason: "its address is not that of a database that usersync supports",
		Hint: "set it to sqlite:FILE or postgres://USER@HOST/DATABASE, or leave it out"}
}

// Close closes the database.
func (db *DB) Close() error {
	var errs []error
	if db.Read != db.Write {
		errs = append(errs, db.Read.Close())
	}
	return errors.Join(append(errs, db.Write.Close())...)
}

// QueryRow runs a query for one row on q. The parameters of the query are written as ?.
func (db *DB) QueryRow(ctx context.Context, q Querier, query string, args ...any) *sql.Row {
	return q.QueryRowContext(ctx, db.bind(query), args...)
}

// Query runs a query on q. The parameters of the query are written as ?.
func (db *DB) Query(ctx context.Context, q Querier, query string, args ...any) (*sql.Rows, error) {
	return q.QueryContext(ctx, db.bind(query), args...)
}

// Exec runs a statement on q, and returns how many rows it changed. The parameters of the
// query are written as ?.
func (db *DB) Exec(ctx context.Context, q Querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, db.bind(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Unbound lets a transaction of Begin be silent for as long as it takes, because it waits for
// another program.
func (db *DB) Unbound(ctx context.Context, tx *Tx) error {
	if db.unbounded == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, db.unbounded)
	return err
}

// Put inserts or updates entries of a scope, in a transaction of Begin. The numbers of those that
// are new follow one another, and are larger than that of any other entry the scope ever had.
// It may use the memory of rows.
func (db *DB) Put(ctx context.Context, tx *Tx, scope int64, rows []*Row) error {
	return db.put(ctx, db, tx, scope, rows)
}

// Insertion inserts rows of a table.
type Insertion struct {
	Into string // INSERT INTO with the columns
	// Shared is how many parameters Into has, which all rows share: their values come first.
	Shared   int
	Columns  int    // values of each row
	Conflict string // what is done with a row that is there, after a space
}

// Insert inserts rows, in a transaction of Begin. The values are those of one row after the
// other: int64 or string, and of the same type in all rows. None is shared.
func (db *DB) Insert(ctx context.Context, tx *Tx, i Insertion, values []any) error {
	return db.insert(ctx, db, tx, i, values)
}

// Number returns the number of a name in a table, and assigns one if it has none.
func (db *DB) Number(ctx context.Context, q Querier, table, name string) (num int64, err error) {
	if _, err := db.Exec(ctx, q, `INSERT INTO `+table+` (name) VALUES (?) ON CONFLICT DO NOTHING`, name); err != nil {
		return 0, fmt.Errorf("name in %s: %w", table, err)
	}
	if err := db.QueryRow(ctx, q, `SELECT num FROM `+table+` WHERE name = ?`, name).Scan(&num); err != nil {
		return 0, fmt.Errorf("name in %s: %w", table, err)
	}
	return num, nil
}

// Meta returns the value of a name, and whether it has one.
func (db *DB) Meta(ctx context.Context, q Querier, name string) (value string, known bool, err error) {
	err = db.QueryRow(ctx, q, `SELECT value FROM usersync_meta WHERE name = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, err
}

// SetMeta sets the value of a name, replacing an earlier one.
func (db *DB) SetMeta(ctx context.Context, q Querier, name, value string) error {
	_, err := db.Exec(ctx, q, `INSERT INTO usersync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
