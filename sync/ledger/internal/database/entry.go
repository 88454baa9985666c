package database

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Entry is an entry that was read; its bytes are valid until the next one is read.
type Entry struct {
	// Ord is the place of the entry's text in the list that was looked up, from 0.
	Ord                           int64
	Num, Feed, State, Run, Record int64
	ID, Remote, Fingerprints      []byte
}

// entryColumns are the columns of an entry e after Ord.
const entryColumns = `, e.num, e.id, e.feed, e.standing, e.remote, e.run, e.record, e.prints FROM `

// EachEntry reads the entries e of a FROM clause, and what follows it, on Read or in a
// transaction of Begin. ord is the expression for Ord. It is for one of the few queries that
// are run for each chunk of records.
func (db *DB) EachEntry(ctx context.Context, q Querier, ord, from string, take func(*Entry) error, args ...any) error {
	return db.each(ctx, db, q, `SELECT `+ord+entryColumns+from, take, args)
}

func eachSQLite(ctx context.Context, db *DB, q Querier, query string, take func(*Entry) error, args []any) error {
	rows, err := db.QueryOften(ctx, q, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var e Entry
	var id, remote, prints sql.RawBytes
	columns := []any{&e.Ord, &e.Num, &id, &e.Feed, &e.State, &remote, &e.Run, &e.Record, &prints}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		e.ID, e.Remote, e.Fingerprints = id, remote, prints
		if err := take(&e); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// eachPostgres reads the rows in PostgreSQL's binary format. database/sql would receive them as
// text, and allocate memory for each number.
func eachPostgres(ctx context.Context, _ *DB, q Querier, query string, take func(*Entry) error, args []any) error {
	read := func(c *pgx.Conn) error {
		var b pgx.ExtendedQueryBuilder
		if err := b.Build(c.TypeMap(), nil, args); err != nil {
			return err
		}
		return eachReceived(c.PgConn().ExecParams(ctx, numbered(query), b.ParamValues, nil, b.ParamFormats, []int16{pgx.BinaryFormatCode}), take)
	}
	if tx, within := q.(*Tx); within {
		return native(tx.conn, read)
	}
	conn, err := q.(*sql.DB).Conn(ctx)
	if err != nil {
		return err
	}
	return cmp.Or(native(conn, read), conn.Close())
}

func eachReceived(rows *pgconn.ResultReader, take func(*Entry) error) (err error) {
	var e Entry
	for err == nil && rows.NextRow() {
		if err = e.receive(rows.Values()); err == nil {
			err = take(&e)
		}
	}
	_, failed := rows.Close()
	return cmp.Or(err, failed)
}

// receive takes the columns from PostgreSQL's binary format.
func (e *Entry) receive(v [][]byte) error {
	e.ID, e.Remote, e.Fingerprints = v[2], v[5], v[8]
	for _, number := range [...]struct {
		to   *int64
		from []byte
	}{{&e.Ord, v[0]}, {&e.Num, v[1]}, {&e.Feed, v[3]}, {&e.State, v[4]}, {&e.Run, v[6]}, {&e.Record, v[7]}} {
		if len(number.from) != 8 {
			return errors.New("a number of an entry is not a bigint")
		}
		*number.to = int64(binary.BigEndian.Uint64(number.from))
	}
	return nil
}
