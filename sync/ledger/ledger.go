// Package ledger remembers what a destination was last seen to accept, so that
// the next run makes only the calls that are needed.
//
// It keeps ids, the keys that an API assigned, and keyed fingerprints of what was
// sent: no value in clear text, and nothing from which a value could be guessed
// without the key. It does not know files, calls or plans. It is stored in SQLite (a
// file, for one machine) or PostgreSQL (shared); only package database knows which.
//
// Start at Open. Lookup reads; Lock and then Save write. The states of an entry are
// those of user.EntryState.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/filelock"
	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/keyfile"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

// Options say which ledger to open, and for which scope and feed.
type Options struct {
	// URL is sqlite:FILE or postgres://...
	URL string
	// Key keys the fingerprints. If it is empty, SQLite uses the key in FILE.key, which
	// is created together with the ledger. PostgreSQL has no such file and needs a key.
	Key fingerprint.Key
	// Scope names the account that holds the users; Place holds the parts of the name.
	Scope string
	// Place is stored with the scope, so that the scopes of a destination can be listed.
	Place Place
	// Feed is the source of the users within the scope; empty is "default".
	Feed string
	// Term is how long a lease in PostgreSQL lasts without being renewed; it is renewed
	// ten times during its term. 0 is 30 s.
	Term time.Duration
	// Timeout is how long a call to the API may take. A run that takes over a lease that
	// was never released waits that much longer after its end.
	Timeout time.Duration
	// Waiting is called once when Lock starts to wait, with the holder of the lease. It
	// may be nil.
	Waiting func(Holder)
}

// Holder is the run that holds a lease.
type Holder = filelock.Holder

// Ledger is an open ledger, seen from one scope and feed. Its methods are safe for
// concurrent use; those that write wait for each other.
type Ledger struct {
	view
	key     fingerprint.Key
	mu      sync.Mutex // guards lease
	lease   *Lease
	writing sync.Mutex
}

// view is a read-only view of the database for one scope and feed.
type view struct {
	options Options
	db      *database.DB

	scope atomic.Int64 // the scope's number in the database; 0 until it has one
	feed  atomic.Int64
	// distrusted is the number of a run: fingerprints from it and from earlier runs are
	// not trusted.
	distrusted atomic.Int64
	folded     folded
	first      atomic.Int64 // the first row that the registered run added; 0 if it added all
	shared     atomic.Pointer[rowset.Set]
	fields     *database.Names
	runs       *database.Names
	feeds      *database.Names
	ahead      readAhead
}

// Open opens the ledger, and creates it if there is none. The error wraps an
// *UnusableError if a person has to act: a different key, a schema that is newer or
// belongs to another program, a file that other users could have changed.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.Feed == "" {
		o.Feed = "default"
	}
	if o.Scope == "" {
		return nil, failed("open the ledger", errors.New("no scope given"))
	}
	db, err := database.Open(o.URL)
	if err != nil {
		return nil, failed("open the ledger", err)
	}
	l := &Ledger{view: view{
		options: o, db: db,
		fields: &database.Names{Table: "usersync_field"},
		runs:   &database.Names{Table: "usersync_run"},
		feeds:  &database.Names{Table: "usersync_feed"},
	}}
	err = database.RetryBusy(ctx, func(ctx context.Context) error {
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		l.key, err = keyfile.Find(ctx, db, o.Key)
		return err
	})
	if err != nil {
		return nil, errors.Join(failed("open the ledger", err), l.Close())
	}
	return l, nil
}

// scopeNum returns the scope's number, or 0 if the scope was never locked.
func (v *view) scopeNum(ctx context.Context) (int64, error) {
	if scope := v.scope.Load(); scope != 0 {
		return scope, nil
	}
	var scope, distrusted int64
	err := v.db.QueryRow(ctx, v.db.Read, `SELECT num, distrusted FROM usersync_scope WHERE name = ?`, v.options.Scope).Scan(&scope, &distrusted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look up the scope: %w", err)
	}
	v.distrusted.Store(distrusted)
	v.scope.Store(scope)
	return scope, nil
}

// Close releases the lease, if there is one, and closes the database.
func (l *Ledger) Close() error {
	var errs []error
	if lease := l.held(); lease != nil {
		errs = append(errs, lease.Release())
	}
	return failed("", errors.Join(append(errs, l.db.Close())...))
}

// Fingerprinter returns a new fingerprinter with the ledger's key, for one goroutine.
func (l *Ledger) Fingerprinter() *fingerprint.Fingerprinter {
	return fingerprint.NewFingerprinter(l.key)
}

// RowHashes hashes rows with the ledger's key.
func (l *Ledger) RowHashes() fingerprint.Rows { return fingerprint.NewRows(l.key, true) }

// Generation counts the transactions that changed the scope. A plan is valid only for
// the generation at which it was made.
func (l *Ledger) Generation(ctx context.Context) (int64, error) {
	var n int64
	err := l.db.QueryRow(ctx, l.db.Read, `SELECT generation FROM usersync_scope WHERE name = ?`, l.options.Scope).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, failed("read the ledger's generation", err)
	}
	return n, nil
}

// Max returns the largest row number that the scope has ever assigned.
func (l *Ledger) Max(ctx context.Context) (int64, error) {
	var next int64
	err := l.db.QueryRow(ctx, l.db.Read, `SELECT next FROM usersync_scope WHERE name = ?`, l.options.Scope).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, failed("read the ledger's size", err)
	}
	return next - 1, nil
}

// scopeBits is how many bits of an entry's number are its row within the scope; the
// bits above them are the number of the scope.
const scopeBits = 40

func inScope(scope, row int64) int64 { return scope<<scopeBits | row }

func rowOf(num int64) int64 { return num & (1<<scopeBits - 1) }

// stateNames are the names of the states in exports and messages.
var stateNames = [...]string{user.Absent: "absent", user.Present: "held", user.AcceptedLater: "accepted", user.Pending: "pending"}
