// Package database opens the database that a ledger lies in, SQLite or PostgreSQL,
// brings its schema up to date, and hides how the two differ. It knows the tables of
// the ledger and not what their rows mean.
//
// Start at Open. Only dialect.go, sqlite.go and postgres.go know which database it is.
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
	Read, Write *sql.DB // one and the same in PostgreSQL
	Path        string  // of the SQLite file; empty in PostgreSQL
}

// Open opens the database at sqlite:FILE or postgres://... and makes the file if there
// is none. The schema is not looked at yet. It fails with an *UnusableError where a
// person has to act.
func Open(address string) (*DB, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return openSQLite(path)
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return openPostgres(address)
	}
	return nil, &UnusableError{Reason: "its address names no database that usersync knows",
		Hint: "give sqlite:FILE or postgres://USER@HOST/DATABASE, or none"}
}

// Close closes it.
func (db *DB) Close() error {
	var errs []error
	if db.Read != db.Write {
		errs = append(errs, db.Read.Close())
	}
	return errors.Join(append(errs, db.Write.Close())...)
}

// QueryRow asks q for one row. The parameters of the query are written as ?.
func (db *DB) QueryRow(ctx context.Context, q Querier, query string, args ...any) *sql.Row {
	return q.QueryRowContext(ctx, db.bind(query), args...)
}

// Query asks q. The parameters of the query are written as ?.
func (db *DB) Query(ctx context.Context, q Querier, query string, args ...any) (*sql.Rows, error) {
	return q.QueryContext(ctx, db.bind(query), args...)
}

// Exec lets q change something, and returns how many rows were. The parameters of the
// query are written as ?.
func (db *DB) Exec(ctx context.Context, q Querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, db.bind(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Number returns the small number of a name in a table, and gives it one if it has
// none.
func (db *DB) Number(ctx context.Context, q Querier, table, name string) (num int64, err error) {
	if _, err := db.Exec(ctx, q, `INSERT INTO `+table+` (name) VALUES (?) ON CONFLICT DO NOTHING`, name); err != nil {
		return 0, fmt.Errorf("name in %s: %w", table, err)
	}
	if err := db.QueryRow(ctx, q, `SELECT num FROM `+table+` WHERE name = ?`, name).Scan(&num); err != nil {
		return 0, fmt.Errorf("name in %s: %w", table, err)
	}
	return num, nil
}

// Meta returns the value that stands under a name, and whether one does.
func (db *DB) Meta(ctx context.Context, q Querier, name string) (value string, known bool, err error) {
	err = db.QueryRow(ctx, q, `SELECT value FROM usersync_meta WHERE name = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, err
}

// SetMeta puts a value under a name, in the place of the one before.
func (db *DB) SetMeta(ctx context.Context, q Querier, name, value string) error {
	_, err := db.Exec(ctx, q, `INSERT INTO usersync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
