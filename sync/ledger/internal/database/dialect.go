package database

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Dialect is what SQLite and PostgreSQL do differently. All other SQL is the
// same, with ? for its parameters.
type Dialect struct {
	// bind writes the placeholders as the database wants them.
	bind func(string) string
	// List makes the one parameter that ids travel in.
	List func(ids []string) (any, error)
	// IDs is a table j of such a list, with the column id.
	IDs string
	// Find, FindFolded and FindRemote join a list of ids, of folded ids or of remote
	// keys (the first parameter) with the entries e of a scope (the second), by the
	// index over them.
	Find, FindFolded, FindRemote string
	// Now is the server's clock, in milliseconds since 1970.
	Now string
	// Put writes entries, new ones and others.
	Put func(ctx context.Context, tx *sql.Tx, scope int64, rows []Row) error
	// migrations is the folder of the schema's steps.
	migrations string
	// lockSchema lets one process at a time look at the schema's version; the
	// lock ends with the transaction.
	lockSchema string
	// hasTables counts the tables that are ours by name or could be in our way,
	// hasMeta those that hold the version.
	hasTables, hasMeta string
	// Erase makes sure that what was deleted is gone from the disk as well.
	Erase string
}

// Row is an entry as the database holds it.
type Row struct {
	Num      int64
	ID       string
	Feed     int64
	Standing int64
	Remote   string
	Run      int64
	Record   int64
	Prints   []byte
	// Folded is what ids that look alike have in common; empty if it is ID itself. An
	// entry that is not new keeps its own.
	Folded string
}

// folded is the value of the column.
func (r *Row) folded() any {
	if r.Folded == "" {
		return nil
	}
	return r.Folded
}

// EntryColumns are those of an entry e, in the order of Row, but for Folded, which
// only the index needs.
const EntryColumns = `e.num, e.id, e.feed, e.standing, e.remote, e.run, e.record, e.prints`

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

// Querier is a database or a transaction on it.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
