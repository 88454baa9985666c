package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Tx is a transaction of Begin. It is for one goroutine.
type Tx struct {
	*sql.Tx
	conn *sql.Conn // its connection in PostgreSQL
}

// Commit commits the transaction.
func (t *Tx) Commit() error {
	defer t.release()
	return t.Tx.Commit()
}

// Rollback undoes the transaction. After Commit, or if the database has undone it by itself, it
// does nothing and fails with sql.ErrTxDone.
func (t *Tx) Rollback() error {
	defer t.release()
	err := t.Tx.Rollback()
	if undoneBySQLite(err) {
		return sql.ErrTxDone
	}
	return err
}

// release returns the connection to its pool, unless that was done before.
func (t *Tx) release() {
	if t.conn != nil {
		_ = t.conn.Close() // fails only after the first time
	}
}

// native calls do with the driver's own connection to PostgreSQL.
func native(conn *sql.Conn, do func(*pgx.Conn) error) error {
	return conn.Raw(func(c any) error { return do(c.(*stdlib.Conn).Conn()) })
}

// onConnection is native for a connection of a pool.
func onConnection(ctx context.Context, pool *sql.DB, do func(*pgx.Conn) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	return cmp.Or(native(conn, do), conn.Close())
}

// beginBounded begins a transaction in PostgreSQL that the server ends if it is silent for long.
func beginBounded(ctx context.Context, db *DB) (*Tx, error) {
	conn, err := db.Write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	t := &Tx{Tx: tx, conn: conn}
	if _, err := t.ExecContext(ctx, db.bounded); err != nil {
		if failed := t.Rollback(); !errors.Is(failed, sql.ErrTxDone) { // as when ctx has ended
			err = errors.Join(err, failed)
		}
		return nil, err
	}
	return t, nil
}
