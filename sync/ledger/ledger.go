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
	"iter"
	"sync/atomic"
	"time"

	"usersync/sync/filelock"
	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/keyfile"
	"usersync/sync/ledger/internal/scope"
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
	options Options // but for Scope and Place, which MoveScope changes in entries
	entries *entries.Reader
	key     fingerprint.Key
	writer  writer
	claimed atomic.Pointer[claim] // nil until a run is claimed
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
	l := &Ledger{options: o, entries: &entries.Reader{Scope: scope.New(db, o.Scope, o.Place, o.Feed)}}
	l.writer.entries = l.entries
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

// Connect returns connections to the database of a ledger in PostgreSQL that no transaction
// of the ledger makes wait: those of the limit on calls, which asks often. Open creates the
// tables.
func Connect(url string) (*sql.DB, error) {
	const asks = 2 // a question, and news that cannot wait for its answer
	db, err := database.Connections(url, asks)
	return db, failed("open the ledger", err)
}

// Close releases the lease, if there is one, and closes the database.
func (l *Ledger) Close() error {
	var errs []error
	if lease := l.writer.held(); lease != nil {
		errs = append(errs, lease.Release())
	}
	return failed("", errors.Join(append(errs, l.entries.DB.Close())...))
}

// Fingerprinter returns a new fingerprinter with the ledger's key, for one goroutine.
func (l *Ledger) Fingerprinter() *fingerprint.Fingerprinter {
	return fingerprint.NewFingerprinter(l.key)
}

// RowHashes hashes rows with the ledger's key.
func (l *Ledger) RowHashes() fingerprint.Rows { return fingerprint.NewRows(l.key, true) }

// PseudonymKey returns the key of the pseudonyms of users, as text. It is derived from the
// ledger's key, so that a user has the same pseudonym in all runs.
func (l *Ledger) PseudonymKey() string { return l.key.ForPseudonyms() }

// Generation counts the transactions that changed the scope. A plan is valid only for
// the generation at which it was made.
func (l *Ledger) Generation(ctx context.Context) (int64, error) {
	n, err := l.entries.Generation(ctx)
	return n, failed("read the ledger's generation", err)
}

// Max returns the largest row number that the scope has ever assigned.
func (l *Ledger) Max(ctx context.Context) (int64, error) {
	n, err := l.entries.Max(ctx)
	return n, failed("read the ledger's size", err)
}

// Lookup returns what the ledger knows about each id, in the order of ids. An unknown
// id is user.Absent. Lookup sees what was saved, and not what an open transaction has
// written.
func (l *Ledger) Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	return l.LookupInto(ctx, ids, nil)
}

// LookupInto is Lookup, and uses the memory of room if that is enough.
func (l *Ledger) LookupInto(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known, err := l.entries.Lookup(ctx, ids, room)
	return known, failed("look up users in the ledger", err)
}

// Row is what mirror mode needs of an entry.
type Row = entries.Row

// Rows yields the entries of the scope that belong to a feed, in the order of their
// rows. It reads a chunk at a time: it can be stopped at any point and blocks no writer.
// What is saved in the meantime may be included or not.
func (l *Ledger) Rows(ctx context.Context, feed string) iter.Seq2[Row, error] {
	return failedRows(l.entries.Rows(ctx, feed))
}

// RowsFrom yields the same entries in the byte order of their ids, starting after the id
// after.
func (l *Ledger) RowsFrom(ctx context.Context, feed, after string) iter.Seq2[Row, error] {
	return failedRows(l.entries.RowsFrom(ctx, feed, after))
}

func failedRows(rows iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range rows {
			if !yield(row, failed("read the ledger", err)) {
				return
			}
		}
	}
}
