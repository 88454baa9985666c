// Package lease holds a scope of a ledger for one run: in SQLite by a lock on a file, in
// PostgreSQL by a row that says until when, and that is renewed. Start at Take.
package lease

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync/atomic"
	"time"

	"usersync/sync/filelock"
	"usersync/sync/ledger/internal/database"
)

var (
	// ErrFenced says that another run took the scope over; nothing was written.
	ErrFenced = errors.New("another run has taken the scope over; nothing was written")
	// ErrReleased says that the lease was given back.
	ErrReleased = errors.New("the scope is not locked")
	// ErrLost says that the lease ended without having been given back.
	ErrLost = errors.New("the lease on the account ended: the ledger's database did not renew it in time, and another run may have started; no call was started since")
)

// Options say what is leased, and to which run.
type Options struct {
	DB    *database.DB
	Scope int64  // its number
	Name  string // of the scope
	Run   string // shown to other runs while it is held
	// Wait is how long a holder that is alive is waited for.
	Wait time.Duration
	// Term is how long a row lasts without being renewed; 0 is 30 s.
	Term time.Duration
	// Timeout is how long a call of the holder may take.
	Timeout time.Duration
	// Waiting is called once when Take begins to wait; may be nil.
	Waiting func(filelock.Holder)
}

const defaultTerm = 30 * time.Second

// Lease is the right to write to a scope, and to send its users. Its methods may be
// called side by side.
type Lease struct {
	options Options
	// Epoch is the scope's number of leases, by which each write proves this one.
	Epoch int64
	// Distrusted is the scope's column of that name when the lease was taken.
	Distrusted int64

	file  *filelock.Lock // SQLite only
	until atomic.Pointer[until]
	lost  context.Context // ended, by Lose
	end   context.CancelCauseFunc
	stop  context.CancelFunc // ends the renewing
	done  chan struct{}      // closed when it has ended
}

// Take takes the scope. A holder that is alive is a *filelock.HeldError after the wait;
// one whose row is not renewed is waited for until the row has ended, and the calls of
// its holder too.
func Take(ctx context.Context, o Options) (*Lease, error) {
	if o.Term <= 0 {
		o.Term = defaultTerm
	}
	l := &Lease{options: o, done: make(chan struct{}), stop: func() {}}
	l.lost, l.end = context.WithCancelCause(context.Background())
	if o.DB.Path == "" {
		return l, l.takeRow(ctx)
	}
	return l, l.takeFile(ctx)
}

func (l *Lease) takeFile(ctx context.Context) (err error) {
	o := l.options
	if l.file, err = filelock.Take(ctx, lockPath(o.DB.Path, o.Name), o.Run, o.Wait); err != nil {
		return err
	}
	close(l.done)
	err = o.DB.QueryRow(ctx, o.DB.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ? WHERE num = ? RETURNING epoch, distrusted`,
		string(filelock.NewHolder(o.Run).Text()), o.Scope).Scan(&l.Epoch, &l.Distrusted)
	if err != nil {
		return errors.Join(err, l.file.Release())
	}
	return nil
}

// lockPath is the lock of a scope, next to the ledger's file.
func lockPath(ledger, scope string) string {
	sum := sha256.Sum256([]byte(scope))
	return ledger + "." + hex.EncodeToString(sum[:8]) + ".lock"
}

// Lose ends the lease for a reason, unless it has ended already.
func (l *Lease) Lose(why error) { l.end(why) }

// Lost is closed when the lease is lost, before another run can have taken it.
func (l *Lease) Lost() <-chan struct{} { return l.lost.Done() }

// Check returns nil while the scope is surely ours; otherwise ErrLost, or ErrFenced if
// another run is known to hold it. Call it right before a call to the API. It reads two
// clocks.
func (l *Lease) Check() error {
	if l.file == nil && l.lost.Err() == nil && l.remaining() <= 0 {
		l.Lose(ErrLost)
	}
	return context.Cause(l.lost)
}

// Bound returns ctx, made to end with the lease as well, and then with the cause that
// Check returns. Call end when it is not needed any more.
func (l *Lease) Bound(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	return l.bound(ctx, func(cancel func()) { cancel() })
}

// lastTry is how long the database is waited for once the lease is over.
const lastTry = 3 * time.Second

// BoundWrite returns ctx, made to end a little after the lease does: a database that is
// out of reach must not hold up the end of a run, and one that answers again tells
// whether another run has taken the scope over.
func (l *Lease) BoundWrite(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	return l.bound(ctx, func(cancel func()) { time.AfterFunc(lastTry, cancel) })
}

func (l *Lease) bound(ctx context.Context, lost func(cancel func())) (context.Context, context.CancelFunc) {
	bound, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(l.lost, func() { lost(func() { cancel(context.Cause(l.lost)) }) })
	return bound, func() {
		stop()
		cancel(nil)
	}
}

// Release gives the scope back, and waits for the goroutine that renews it.
func (l *Lease) Release() error {
	l.stop()
	<-l.done
	lost := l.lost.Err() != nil
	defer l.Lose(ErrReleased)
	if l.file != nil {
		return l.file.Release()
	}
	patience := l.options.Term
	if lost { // the database may not answer, and the row will end by itself
		patience = lastTry
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := l.releaseRow(ctx); err != nil && !lost {
		return err
	}
	return nil
}
