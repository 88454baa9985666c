package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/lease"
	"usersync/sync/ledger/internal/scope"
)

// Lease is the right to write to a scope, and to send its users. In SQLite it is a lock
// on a file, held until Release or the end of the process. In PostgreSQL it is a row with
// an expiry time, renewed by a goroutine that Release ends and waits for.
//
// Both raise the scope's epoch, and every write checks it: after another run has taken
// the lease, this one can write nothing more. A call to the API checks nothing, so call
// Check before each one, and use Bound to end those in flight.
type Lease struct {
	*lease.Lease
	l *Ledger
}

// Lock takes the scope for a run. If another run holds it, Lock waits for up to wait and
// then fails with a *HeldError. If a lease in PostgreSQL is no longer renewed, Lock waits
// until it expires and its holder's timeout has passed, whatever wait is: a *HeldError
// means that the holder is alive. A Ledger holds one lease at a time.
func (l *Ledger) Lock(ctx context.Context, run string, wait time.Duration) (*Lease, error) {
	if l.writer.held() != nil {
		return nil, failed("lock the ledger", errors.New("this process has already locked it"))
	}
	num, err := l.entries.Enter(ctx)
	if err != nil {
		return nil, failed("lock the ledger", err)
	}
	o := l.options
	held, err := lease.Take(ctx, lease.Options{DB: l.entries.DB, Scope: num, Name: l.entries.Name, Run: run, Wait: wait,
		Term: o.Term, Timeout: o.Timeout, Waiting: o.Waiting})
	if err != nil {
		return nil, failed("lock the ledger", err)
	}
	l.entries.Distrust(held.Distrusted)
	s := &Lease{held, l}
	l.writer.take(s)
	return s, nil
}

// Release releases the scope. The ledger cannot be written afterwards.
func (s *Lease) Release() error {
	if !s.l.writer.giveUp(s) {
		return nil
	}
	return failed("release the ledger's lease", s.Lease.Release())
}

// Held returns the lease that is held; nil if none is.
func (l *Ledger) Held() *Lease { return l.writer.held() }

// writer lets one transaction at a time change the scope, while there is a lease.
type writer struct {
	entries *entries.Reader
	mu      sync.Mutex // guards lease
	lease   *Lease
	writing sync.Mutex
	memory  change.Chunk // guarded by writing
}

func (w *writer) held() *Lease {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lease
}

func (w *writer) take(s *Lease) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lease = s
	w.entries.OthersAdd() // as they may have before it
}

// giveUp ends the writes under a lease. It reports whether that was the one held.
func (w *writer) giveUp(s *Lease) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lease != s {
		return false
	}
	w.lease = nil
	w.entries.OthersAdd() // from now on
	return true
}

// change runs do in one transaction under the lease.
func (l *Ledger) change(ctx context.Context, do func(change.Writer) error) error {
	l.writer.writing.Lock()
	defer l.writer.writing.Unlock()
	held := l.writer.held()
	if held == nil {
		return ErrUnlocked
	}
	err := l.entries.Change(ctx, held.Lease, func(t *scope.Tx) error { return do(change.Writer{Tx: t, Entries: l.entries, Memory: &l.writer.memory}) })
	if l.writer.held() != held { // given up while it was written
		l.entries.OthersAdd()
	}
	return err
}
