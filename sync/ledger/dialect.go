package ledger

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// dialect is what SQLite and PostgreSQL do differently. All other SQL is the
// same, with ? for its parameters.
type dialect struct {
	// bind writes the placeholders as the database wants them.
	bind func(string) string
	// list makes the one parameter that ids travel in.
	list func(ids []string) (any, error)
	// ids is a table j of such a list, with the column id.
	ids string
	// find joins a list of ids (the first parameter) with the entries e of a scope
	// (the second), by the index.
	find string
	// now is the server's clock, in milliseconds since 1970.
	now string
	// put writes entries, new ones and others.
	put func(ctx context.Context, tx *sql.Tx, scope int64, rows []row) error
	// migrations is the folder of the schema's steps.
	migrations string
	// lockSchema lets one process at a time look at the schema's version; the
	// lock ends with the transaction.
	lockSchema string
	// hasTables counts the tables that are ours by name or could be in our way,
	// hasMeta those that hold the version.
	hasTables, hasMeta string
	// erase makes sure that what was deleted is gone from the disk as well.
	erase string
}

// row is an entry as the database holds it.
type row struct {
	num      int64
	id       string
	feed     int64
	standing int64
	remote   string
	run      int64
	record   int64
	prints   []byte
}

const entryColumns = `e.num, e.id, e.feed, e.standing, e.remote, e.run, e.record, e.prints`

// numbered writes ? as $1, $2 and so on. No text of ours holds a ? otherwise.
func numbered(query string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// querier is a database or a transaction on it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (l *Ledger) queryRow(ctx context.Context, q querier, query string, args ...any) *sql.Row {
	return q.QueryRowContext(ctx, l.dialect.bind(query), args...)
}

func (l *Ledger) query(ctx context.Context, q querier, query string, args ...any) (*sql.Rows, error) {
	return q.QueryContext(ctx, l.dialect.bind(query), args...)
}

func (l *Ledger) exec(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, l.dialect.bind(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
