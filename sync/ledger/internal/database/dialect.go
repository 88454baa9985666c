package database

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Dialect is what differs between SQLite and PostgreSQL. All other SQL is the same, with
// ? for its parameters.
type Dialect struct {
	// bind rewrites the ? placeholders for the database.
	bind func(string) string
	// List packs ids into a single parameter.
	List func(ids []string) (any, error)
	// IDs is a table j made of such a list, with the column id, and AmongIDs the condition that
	// a column id is in such a list.
	IDs, AmongIDs string
	// Find, FindFolded and FindRemote join a list of ids, of folded ids or of remote
	// keys (the first parameter) with the entries e of a scope (the second), by the
	// index over them.
	Find, FindFolded, FindRemote string
	// Recurring joins a list of ids (the first parameter) with the rows r of a scope (the
	// second) and of the feed f with a name (the third) that were refused again and again.
	Recurring string
	// Now is the server's clock, in milliseconds since 1970.
	Now string
	// AtOnce is how many entries are best written together. They are kept in memory until then.
	AtOnce int
	// put inserts or updates entries: see DB.Put.
	put func(ctx context.Context, db *DB, tx *Tx, scope int64, rows []*Row) error
	// each reads entries: see DB.EachEntry.
	each func(ctx context.Context, db *DB, q Querier, query string, take func(*Entry) error, args []any) error
	// insert inserts rows: see DB.Insert.
	insert func(ctx context.Context, db *DB, tx *Tx, i Insertion, values []any) error
	// migrations is the folder with the steps of the schema.
	migrations string
	// lockSchema makes other processes wait before they read the schema's version; the
	// lock ends with the transaction.
	lockSchema string
	// bounded ends a transaction whose process says nothing for long, unless unbounded follows;
	// empty if none can.
	bounded, unbounded string
	// hasTables counts the tables that are ours or could be in the way, and hasMeta the
	// one with the version.
	hasTables, hasMeta string
	// Erase removes deleted data from the disk as well; empty if that cannot be asked for.
	Erase string
}

// Row is an entry as the database stores it.
type Row struct {
	Num          int64
	ID           string
	Feed         int64
	State        int64
	Remote       string
	Run          int64
	Record       int64
	Fingerprints []byte
	// Folded is the form that ids that look alike share; empty if it is ID itself. Put
	// does not change it in an existing entry.
	Folded string
	// New says that the scope has no entry of this id.
	New bool
}

// folded is the value of the column, nil for NULL.
func (r *Row) folded() any {
	if r.Folded == "" {
		return nil
	}
	return r.Folded
}

// numbered writes ? as $1, $2 and so on. Our queries have no other ?.
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
