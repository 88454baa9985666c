// Package ledger remembers what a destination was last seen to accept, so that
// the next night's run makes no call that is not needed.
//
// It keeps ids, the keys that an API made, and keyed prints of what was sent:
// no value in clear, and nothing from which one could be guessed without the
// key. It does not know files, calls or plans. It lies in SQLite (a file, for
// one machine) or PostgreSQL (shared); only package database knows which.
//
// Start at Open, then Look to read, Lock and Mark to write. The states of an
// entry are those of user.EntryState.
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

// Options say which ledger is opened, and for whom.
type Options struct {
	// URL is sqlite:FILE or postgres://...
	URL string
	// Key keys the prints. Empty: for SQLite the key lies in FILE.key, which is
	// made when the ledger is; PostgreSQL has no such place, and must be given one.
	Key fingerprint.Key
	// Scope names what holds the users; what it is called by its parts is Place.
	Scope string
	// Place is kept with the scope, so that those of one destination can be listed.
	Place Place
	// Feed is the source of the users within the scope; empty is "default".
	Feed string
	// Term is how long a lease in PostgreSQL lasts without being renewed; it is
	// renewed ten times in that time. 0 is 30 s.
	Term time.Duration
	// Timeout is how long a call to the API may take. Who takes over a lease that
	// was not given back waits that long after its end.
	Timeout time.Duration
	// Waiting is called once by a Lock that begins to wait, with the holder of the
	// lease; it may be nil.
	Waiting func(Holder)
}

// Holder is the run that holds a lease.
type Holder = filelock.Holder

// Ledger is an open ledger, seen from one scope and feed. Its methods may be
// called side by side; those that write wait for each other.
type Ledger struct {
	view
	key     fingerprint.Key
	mu      sync.Mutex // guards lease
	lease   *Lease
	writing sync.Mutex
}

// view is the database as one scope and feed see it. It reads only.
type view struct {
	options Options
	db      *database.DB

	scope atomic.Int64 // small number; 0 while the scope has no row
	feed  atomic.Int64
	// distrusted is a run's number: what entries of it and of those before it say
	// about fields is not trusted.
	distrusted atomic.Int64
	first      atomic.Int64 // the first row that is new in the registered run; 0: all are
	shared     atomic.Pointer[rowset.Set]
	fields     *database.Names
	runs       *database.Names
	feeds      *database.Names
	walk       walk
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
	db, err := database.Open(o.URL)
	if err != nil {
		return nil, failed("open ledger", err)
	}
	l := &Ledger{view: view{
		options: o, db: db,
		fields: &database.Names{Table: "usersync_field"},
		runs:   &database.Names{Table: "usersync_run"},
		feeds:  &database.Names{Table: "usersync_feed"},
	}}
	err = database.Patiently(ctx, func(ctx context.Context) error {
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		l.key, err = keyfile.Find(ctx, db, o.Key)
		return err
	})
	if err != nil {
		return nil, errors.Join(failed("open ledger", err), l.Close())
	}
	return l, nil
}

// scopeNum returns the scope's small number, or 0 while nobody has ever locked
// the scope.
func (v *view) scopeNum(ctx context.Context) (int64, error) {
	if scope := v.scope.Load(); scope != 0 {
		return scope, nil
	}
	var scope, distrusted int64
	err := v.db.QueryRow(ctx, v.db.Read, `SELECT num, distrusted FROM usersync_scope WHERE name = ?`, v.options.Scope).Scan(&scope, &distrusted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for the scope: %w", err)
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

// Printer returns a new printer with the ledger's key, for one goroutine.
func (l *Ledger) Fingerprinter() *fingerprint.Fingerprinter {
	return fingerprint.NewFingerprinter(l.key)
}

// RowHashes hashes rows with the ledger's key.
func (l *Ledger) RowHashes() fingerprint.Rows { return fingerprint.NewRows(l.key, true) }

// Generation counts the transactions that changed the scope. A plan made at
// one generation holds at no other.
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

// Max returns the largest Row that the scope ever gave out.
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

// scopeBits is how many bits of an entry's number count within its scope; the
// scope's own number stands above them.
const scopeBits = 40

func inScope(scope, row int64) int64 { return scope<<scopeBits | row }

func rowOf(num int64) int64 { return num & (1<<scopeBits - 1) }

// standings are how a user's standing is called outside the program.
var standings = [...]string{user.Absent: "absent", user.Present: "held", user.AcceptedLater: "accepted", user.Pending: "pending"}
