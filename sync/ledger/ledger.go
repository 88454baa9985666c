// Package ledger remembers what a destination was last seen to accept, so that
// the next night's run makes no call that is not needed.
//
// It keeps ids, the keys that an API made, and keyed prints of what was sent:
// no value in clear, and nothing from which one could be guessed without the
// key. It does not know files, calls or plans. It lies in SQLite (a file, for
// one machine) or PostgreSQL (shared); only dialect.go and the two files beside
// it know which.
//
// Start at Open, then Look to read, Lock and Mark to write. The states of an
// entry are those of user.Standing.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/user"
)

// Options say which ledger is opened, and for whom.
type Options struct {
	// URL is sqlite:FILE or postgres://...
	URL string
	// Key keys the prints. Empty: for SQLite the key lies in FILE.key, which is
	// made when the ledger is; PostgreSQL has no such place, and must be given one.
	Key Key
	// Scope is what holds the users: destination, host and account.
	Scope string
	// Feed is the source of the users within the scope; empty is "default".
	Feed string
	// Term is how long a lease in PostgreSQL lasts without being renewed; it is
	// renewed three times in that time. 0 is 30 s.
	Term time.Duration
}

// Ledger is an open ledger, seen from one scope and feed. Its methods may be
// called side by side; those that write wait for each other.
type Ledger struct {
	options Options
	dialect *dialect
	read    *sql.DB
	write   *sql.DB
	path    string // of the SQLite file; else empty
	printer *Printer

	scope  atomic.Int64 // small number; 0 while the scope has no row
	feed   atomic.Int64
	fields *names
	runs   *names
	feeds  *names

	walk    walk
	mu      sync.Mutex // guards lease
	lease   *Lease
	writing sync.Mutex
}

// Open opens the ledger and makes it if there is none. It fails with an
// *UnusableError inside where a person has to act: another key, a schema that is newer
// or not ours, a file that others could have changed.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.Feed == "" {
		o.Feed = "default"
	}
	if o.Scope == "" {
		return nil, failed("open ledger", errors.New("no scope given"))
	}
	l := &Ledger{options: o}
	if err := l.connect(o.URL); err != nil {
		return nil, failed("open ledger", err)
	}
	if err := l.patiently(ctx, l.prepare); err != nil {
		return nil, errors.Join(failed("open ledger", err), l.Close())
	}
	return l, nil
}

func (l *Ledger) connect(url string) error {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return l.connectSQLite(path)
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return l.connectPostgres(url)
	}
	return &UnusableError{Reason: "its address names no database that usersync knows",
		Hint: "give sqlite:FILE or postgres://USER@HOST/DATABASE, or none"}
}

func (l *Ledger) prepare(ctx context.Context) error {
	if err := l.migrate(ctx); err != nil {
		return err
	}
	if err := l.checkKey(ctx); err != nil {
		return err
	}
	l.fields = &names{table: "usersync_field"}
	l.runs = &names{table: "usersync_run"}
	l.feeds = &names{table: "usersync_feed"}
	return nil
}

// scopeNum returns the scope's small number, or 0 while nobody has ever locked
// the scope.
func (l *Ledger) scopeNum(ctx context.Context) (int64, error) {
	if scope := l.scope.Load(); scope != 0 {
		return scope, nil
	}
	var scope int64
	err := l.queryRow(ctx, l.read, `SELECT num FROM usersync_scope WHERE name = ?`, l.options.Scope).Scan(&scope)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for the scope: %w", err)
	}
	l.scope.Store(scope)
	return scope, nil
}

// Close releases the lease, if there is one, and closes the database.
func (l *Ledger) Close() error {
	var errs []error
	if lease := l.held(); lease != nil {
		errs = append(errs, lease.Release())
	}
	if l.read != l.write && l.read != nil {
		errs = append(errs, l.read.Close())
	}
	if l.write != nil {
		errs = append(errs, l.write.Close())
	}
	return failed("", errors.Join(errs...))
}

// Printer returns a new printer with the ledger's key, for one goroutine.
func (l *Ledger) Printer() *Printer { return l.printer.clone() }

// Generation counts the transactions that changed the scope. A plan made at
// one generation holds at no other.
func (l *Ledger) Generation(ctx context.Context) (int64, error) {
	var n int64
	err := l.queryRow(ctx, l.read, `SELECT generation FROM usersync_scope WHERE name = ?`, l.options.Scope).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, failed("read the ledger's generation", err)
	}
	return n, nil
}

// Max returns the largest Row that the scope ever gave out.
func (l *Ledger) Max(ctx context.Context) (int64, error) {
	var next int64
	err := l.queryRow(ctx, l.read, `SELECT next FROM usersync_scope WHERE name = ?`, l.options.Scope).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, failed("read the ledger's size", err)
	}
	return next - 1, nil
}

// scopeBits is how many bits of an entry's number count within its scope; the
// scope's own number stands above them.
const scopeBits = 40

func inScope(scope, row int64) int64 { return scope<<scopeBits | row }

func rowOf(num int64) int64 { return num & (1<<scopeBits - 1) }

// standings are how a user's standing is called outside the program.
var standings = [...]string{user.Absent: "absent", user.Held: "held", user.Taken: "accepted", user.Pending: "pending"}
