package ledger

import (
	"context"
	"errors"
	"time"

	"usersync/sync/ledger/internal/lease"
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
	if l.held() != nil {
		return nil, failed("lock the ledger", errors.New("this process has already locked it"))
	}
	if err := l.enter(ctx); err != nil {
		return nil, failed("lock the ledger", err)
	}
	o := l.options
	held, err := lease.Take(ctx, lease.Options{DB: l.db, Scope: l.scope.Load(), Name: o.Scope, Run: run, Wait: wait,
		Term: o.Term, Timeout: o.Timeout, Waiting: o.Waiting})
	if err != nil {
		return nil, failed("lock the ledger", err)
	}
	l.distrusted.Store(held.Distrusted)
	s := &Lease{held, l}
	l.mu.Lock()
	l.lease = s
	l.mu.Unlock()
	return s, nil
}

// enter gives the scope and the feed their numbers.
func (v *view) enter(ctx context.Context) error {
	scope, err := v.db.Number(ctx, v.db.Write, "usersync_scope", v.options.Scope)
	if err != nil {
		return err
	}
	feed, err := v.db.Number(ctx, v.db.Write, "usersync_feed", v.options.Feed)
	if err != nil {
		return err
	}
	if p := v.options.Place; p != (Place{}) {
		if _, err := v.db.Exec(ctx, v.db.Write, `UPDATE usersync_scope SET destination = ?, base = ?, account = ? WHERE num = ?`,
			p.Destination, p.Base, p.Account, scope); err != nil {
			return err
		}
	}
	v.scope.Store(scope)
	v.feed.Store(feed)
	return nil
}

func (l *Ledger) held() *Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lease
}

// Release releases the scope. The ledger cannot be written afterwards.
func (s *Lease) Release() error {
	s.l.mu.Lock()
	if s.l.lease != s {
		s.l.mu.Unlock()
		return nil
	}
	s.l.lease = nil
	s.l.mu.Unlock()
	return failed("release the ledger's lease", s.Lease.Release())
}
