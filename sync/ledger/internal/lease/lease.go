// Package lease holds a scope of a ledger for one run: in SQLite with a lock on a file, in
// PostgreSQL with a row that has an expiry time and is renewed. Start at Take.
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
	// ErrFenced says that another run has taken over the scope; nothing was written.
	ErrFenced = errors.New("another run has taken over the scope; nothing was written")
	// ErrReleased says that the lease was released.
	ErrReleased = errors.New("the scope is not locked")
	// ErrLost says that the lease expired before it was released.
	ErrLost = errors.New("the lease on the account expired: the ledger's database did not renew it in time, and another run may have started; no call was started since")
)

// Options say what to lease, and to which run.
type Options struct {
	DB    *database.DB
	Scope int64  // the number of the scope
	Name  string // the name of the scope
	Run   string // shown to other runs while this one holds the lease
	// Wait is how long to wait for a holder that is alive.
	Wait time.Duration
	// Term is how long a row lasts without being renewed; 0 is 30 s.
	Term time.Duration
	// Timeout is how long a call of the holder may take.
	Timeout time.Duration
	// Waiting is called once when Take starts to wait; may be nil.
	Waiting func(filelock.Holder)
}

const defaultTerm = 30 * time.Second

// Lease is the right to write to a scope, and to send its users. It is safe for
// concurrent use.
type Lease struct {
	options Options
	// Epoch counts the leases of the scope; each write checks it.
	Epoch int64
	// Distrusted is the value of that column of the scope when the lease was taken.
	Distrusted int64
	// Shard is the shard that is held too; nil for a run that has none.
	Shard *Shard

	file  *filelock.Lock // SQLite only
	until atomic.Pointer[until]
	lost  context.Context // ended by Lose
	end   context.CancelCauseFunc
	stop  context.CancelFunc // stops the renewals
	done  chan struct{}      // closed when they have stopped
}

// Take takes the scope. If the holder is alive, Take fails with a *filelock.HeldError
// after the wait. If the holder no longer renews its row, Take waits until the row has
// expired and the holder's calls have timed out.
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

// lockPath is the path of a scope's lock, next to the ledger's file.
func lockPath(ledger, scope string) string {
	sum := sha256.Sum256([]byte(scope))
	return ledger + "." + hex.EncodeToString(sum[:8]) + ".lock"
}

// Lose ends the lease, giving the reason, unless it has ended already.
func (l *Lease) Lose(why error) { l.end(why) }

// Lost returns a channel that is closed when the lease is lost, before another run can
// have taken it.
func (l *Lease) Lost() <-chan struct{} { return l.lost.Done() }

// Check returns nil while this run certainly holds the scope. Otherwise it returns
// ErrLost, or ErrFenced if another run is known to hold it. Call it right before each call
// to the API: it makes no query and only reads two clocks.
func (l *Lease) Check() error {
	if l.file == nil && l.lost.Err() == nil && l.remaining() <= 0 {
		l.Lose(ErrLost)
	}
	return context.Cause(l.lost)
}

// Bound returns a copy of ctx that also ends with the lease, with the error of Check as
// its cause. Call end when the copy is no longer needed.
func (l *Lease) Bound(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	return l.bound(ctx, func(cancel func()) { cancel() })
}

// graceAfterLoss is how long to wait for the database once the lease is over.
const graceAfterLoss = 3 * time.Second

// BoundWrite returns a copy of ctx that ends shortly after the lease does. A database
// that does not answer must not delay the end of a run, and one that answers again says
// whether another run has taken over the scope.
func (l *Lease) BoundWrite(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	return l.bound(ctx, func(cancel func()) { time.AfterFunc(graceAfterLoss, cancel) })
}

func (l *Lease) bound(ctx context.Context, lost func(cancel func())) (context.Context, context.CancelFunc) {
	bound, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(l.lost, func() { lost(func() { cancel(context.Cause(l.lost)) }) })
	return bound, func() {
		stop()
		cancel(nil)
	}
}

// Release releases the scope, and waits for the goroutine that renews it.
func (l *Lease) Release() error {
	l.stop()
	<-l.done
	lost := l.lost.Err() != nil
	defer l.Lose(ErrReleased)
	if l.file != nil {
		return l.file.Release()
	}
	timeout := l.options.Term
	if lost { // the database may not answer, and the row expires anyway
		timeout = graceAfterLoss
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := l.releaseRow(ctx); err != nil && !lost {
		return err
	}
	return nil
}
