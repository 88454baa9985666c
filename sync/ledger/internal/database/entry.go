package database

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// EntryColumns are the columns of an entry e. After them, a query may name the place in the
// list that was looked up.
const EntryColumns = `e.num, e.id, e.feed, e.standing, e.remote, e.run, e.record, e.prints`

// Entry is an entry that was read; its bytes are valid until the next one is read.
type Entry struct {
	Num, Feed, State, Run, Record int64
	ID, Remote, Fingerprints      []byte
	Ord                           int64 // the place in the list that was looked up, from 0
}

// EachEntry calls take for each entry that a query for EntryColumns finds, on Read or in a
// transaction of Begin. The query is one of the few that are run for each chunk of records.
func (db *DB) EachEntry(ctx context.Context, q Querier, query string, take func(*Entry) error, args ...any) error {
	return db.each(ctx, db, q, query, take, args)
}

func eachSQLite(ctx context.Context, db *DB, q Querier, query string, take func(*Entry) error, args []any) error {
	rows, err := db.QueryOften(ctx, q, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	var e Entry
	var id, remote, prints sql.RawBytes
	columns := []any{(*number)(&e.Num), &id, (*number)(&e.Feed), (*number)(&e.State), &remote, (*number)(&e.Run), (*number)(&e.Record),
		&prints, (*number)(&e.Ord)}[:len(names)]
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

// number is a number of the database: an int64 would be set by reflection.
type number int64

// Scan sets the number.
func (n *number) Scan(value any) error {
	v, ok := value.(int64)
	if *n = number(v); !ok {
		return fmt.Errorf("the database returned %T, not a number", value)
	}
	return nil
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
	return onConnection(ctx, q.(*sql.DB), read)
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
func (e *Entry) receive(columns [][]byte) error {
	e.ID, e.Remote, e.Fingerprints = columns[1], columns[4], columns[7]
	numbers := [...]*int64{0: &e.Num, 2: &e.Feed, 3: &e.State, 5: &e.Run, 6: &e.Record, 8: &e.Ord}
	for i, column := range columns {
		if numbers[i] == nil {
			continue
		}
		if len(column) != 8 {
			return fmt.Errorf("the database returned %d bytes, not a bigint", len(column))
		}
		*numbers[i] = int64(binary.BigEndian.Uint64(column))
	}
	return nil
}
