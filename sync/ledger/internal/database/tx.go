package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
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

// Rollback undoes the transaction; after Commit it does nothing and fails with sql.ErrTxDone.
func (t *Tx) Rollback() error {
	defer t.release()
	return t.Tx.Rollback()
}

// release returns the connection to its pool, unless that was done before.
func (t *Tx) release() {
	if t.conn != nil {
		_ = t.conn.Close() // fails only after the first time
	}
}

// native calls do with the connection of a transaction in PostgreSQL.
func (t *Tx) native(do func(*pgx.Conn) error) error {
	return t.conn.Raw(func(c any) error { return do(c.(*stdlib.Conn).Conn()) })
}

// beginBounded begins a transaction in PostgreSQL that the server ends if it is silent for long.
func beginBounded(ctx context.Context, db *DB) (t *Tx, err error) {
	err = connected(ctx, db.Write, func(conn *sql.Conn) error {
		tx, err := conn.BeginTx(ctx, nil)
		t = &Tx{Tx: tx, conn: conn}
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := t.ExecContext(ctx, db.bounded); err != nil {
		if failed := t.Rollback(); !errors.Is(failed, sql.ErrTxDone) { // as when ctx has ended
			err = errors.Join(err, failed)
		}
		return nil, err
	}
	return t, nil
}

// connections is with how many connections something is tried, as in package sql.
const connections = 3

// connected calls do with a connection, and again with another one if the server has closed
// it. It is open if do succeeds.
func connected(ctx context.Context, pool *sql.DB, do func(*sql.Conn) error) error {
	for n := 1; ; n++ {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		if err = do(conn); err == nil {
			return nil
		}
		_ = conn.Close() // err says more
		if n == connections || !errors.Is(err, driver.ErrBadConn) {
			return err
		}
	}
}
