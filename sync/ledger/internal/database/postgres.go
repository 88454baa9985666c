package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

var postgresDialect = Dialect{
	bind:       numbered,
	List:       func(ids []string) (any, error) { return ids, nil },
	IDs:        `unnest(?::text[]) AS j (id)`,
	AmongIDs:   `id = ANY(?::text[])`, // never reads the whole table, as a subquery may
	Find:       findPostgres(`x.id = u.id`),
	FindFolded: findPostgres(`x.folded = u.id`),
	FindRemote: findPostgres(`x.remote = u.id AND x.remote <> ''`),
	Recurring: `(SELECT DISTINCT unnest(?::text[]) AS id) j CROSS JOIN LATERAL (SELECT * FROM usersync_recurring x
		WHERE x.id = j.id AND x.scope = ? AND x.feed = (SELECT num FROM usersync_feed WHERE name = ?) OFFSET 0) r
		JOIN usersync_feed f ON f.num = r.feed`, // as in findPostgres
	Now:        `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`,
	AtOnce:     5_000, // each COPY makes the server's memory for the rows of some pages again
	put:        putPostgres,
	each:       eachPostgres,
	insert:     insertPostgres,
	migrations: "migrations/postgres",
	bounded:    `SET LOCAL idle_in_transaction_session_timeout = '5s'`,
	unbounded:  `SET LOCAL idle_in_transaction_session_timeout = 0`,
	lockSchema: `SELECT pg_advisory_xact_lock(7887431190327)`,
	hasTables:  `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'usersync\_%'`,
	hasMeta:    `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'usersync_meta'`,
}

// findPostgres looks up each text on its own. OFFSET 0 keeps the query planner, which has
// no statistics at first, from reading the whole table.
func findPostgres(by string) string {
	return `unnest(?::text[]) WITH ORDINALITY AS u (id, n) CROSS JOIN LATERAL (SELECT u.n - 1 AS ord) j
		CROSS JOIN LATERAL (SELECT * FROM usersync_entry x WHERE x.scope = ? AND ` + by + ` OFFSET 0) e`
}

// openPostgres also works through a pooler that assigns a server connection per
// transaction: it prepares no named statements, and no setting or lock outlives a
// transaction.
func openPostgres(address string) (*DB, error) {
	pool, err := Connections(address, 4)
	if err != nil {
		return nil, err
	}
	return &DB{Dialect: &postgresDialect, Read: pool, Write: pool}, nil
}

// Connections returns at most n connections to PostgreSQL, as openPostgres makes them.
func Connections(address string, n int) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, &UnusableError{Reason: "its postgres:// address is invalid", // err may hold the password
			Hint: "set it to postgres://USER@HOST:PORT/DATABASE; the password can be in PGPASSWORD or a passfile"}
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.StatementCacheCapacity = 0
	config.DescriptionCacheCapacity = 0
	pool := sql.OpenDB(connector{stdlib.GetConnector(*config)})
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool, nil
}

const putPostgresSQL = `INSERT INTO usersync_entry (num, scope, id, feed, standing, remote, run, record, prints, folded)
	SELECT u.num, $1::bigint, u.id, u.feed, u.standing, u.remote, u.run, u.record, u.prints, NULLIF(u.folded, '')
	FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::bytea[], $10::text[])
	AS u (num, id, feed, standing, remote, run, record, prints, folded)
	ON CONFLICT (scope, id) DO UPDATE SET standing = excluded.standing, remote = excluded.remote,
	run = excluded.run, record = excluded.record, prints = excluded.prints`

// putPostgres copies new entries, and sends others as arrays in one statement.
func putPostgres(ctx context.Context, _ *DB, tx *Tx, scope int64, rows []*Row) error {
	added, known := make([]*Row, 0, len(rows)), make([]*Row, 0, len(rows))
	for _, r := range rows {
		if r.New {
			added = append(added, r)
		} else {
			known = append(known, r)
		}
	}
	if err := copyEntries(ctx, tx, scope, added); err != nil || len(known) == 0 {
		return err
	}
	return updateEntries(ctx, tx, scope, known)
}

func updateEntries(ctx context.Context, tx *Tx, scope int64, rows []*Row) error {
	n := len(rows)
	nums, feeds, standings, runs, records := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	ids, remotes, folded, prints := make([]string, n), make([]string, n), make([]string, n), make([][]byte, n)
	for i, r := range rows {
		nums[i], feeds[i], standings[i], runs[i], records[i] = r.Num, r.Feed, r.State, r.Run, r.Record
		ids[i], remotes[i], folded[i], prints[i] = r.ID, r.Remote, r.Folded, r.Fingerprints
	}
	_, err := tx.ExecContext(ctx, putPostgresSQL, scope, nums, ids, feeds, standings, remotes, runs, records, prints, folded)
	return err
}

// insertPostgres sends each column as an array.
func insertPostgres(ctx context.Context, _ *DB, tx *Tx, i Insertion, values []any) error {
	types, columns := make([]string, i.Columns), make([]any, i.Columns)
	for c := range columns {
		var err error
		if types[c], columns[c], err = column(values[c:], i.Columns); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, numbered(i.Into+` SELECT * FROM unnest(`+strings.Join(types, ", ")+`)`+i.Conflict), columns...)
	return err
}

// column returns every so many of values as an array, and its placeholder.
func column(values []any, every int) (placeholder string, array any, err error) {
	var numbers []int64
	var texts []string
	for ; ; values = values[every:] {
		switch v := values[0].(type) {
		case int64:
			numbers = append(numbers, v)
		case string:
			texts = append(texts, v)
		default:
			return "", nil, fmt.Errorf("cannot insert a %T", v)
		}
		if len(values) <= every {
			break
		}
	}
	if numbers != nil {
		return "?::bigint[]", numbers, nil
	}
	return "?::text[]", texts, nil
}

// ExecBytes is Exec on Write for PostgreSQL and a statement with long bytes. The driver would
// send them as text of twice the length.
func (db *DB) ExecBytes(ctx context.Context, query string, args ...any) (changed int64, err error) {
	for range 3 { // as often as database/sql tries it if a connection was closed before anything was sent
		err = onConnection(ctx, db.Write, func(c *pgx.Conn) (err error) {
			changed, err = execBytes(ctx, c, query, args)
			return err
		})
		if !pgconn.SafeToRetry(err) {
			break
		}
	}
	return changed, err
}

func execBytes(ctx context.Context, c *pgx.Conn, query string, args []any) (changed int64, err error) {
	others := slices.Clone(args)
	for i := range others {
		if _, is := others[i].([]byte); is {
			others[i] = nil
		}
	}
	var b pgx.ExtendedQueryBuilder
	if err := b.Build(c.TypeMap(), nil, others); err != nil {
		return 0, err
	}
	for i := range args {
		if bytes, is := args[i].([]byte); is {
			b.ParamValues[i], b.ParamFormats[i] = bytes, pgx.BinaryFormatCode
		}
	}
	done, err := c.PgConn().ExecParams(ctx, numbered(query), b.ParamValues, nil, b.ParamFormats, nil).Close()
	return done.RowsAffected(), err
}
