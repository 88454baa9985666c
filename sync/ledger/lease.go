package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"sync/atomic"
	"time"

	"usersync/sync/filelock"
)

// Lease is the right to write to a scope, and to send its users. In SQLite it is a
// lock on a file, held until Release or the end of the process. In PostgreSQL it is a
// row that says until when, renewed by a goroutine that Release ends and waits for.
//
// Both raise the scope's epoch, and every write proves it: a run whose lease
// another one took can write nothing more. A call to the API proves nothing, so that
// Check comes before each and Bound ends those under way.
type Lease struct {
	l     *Ledger
	epoch int64
	file  *filelock.Lock // SQLite only
	until atomic.Pointer[until]

	lost context.Context // ended, by lose
	end  context.CancelCauseFunc
	stop context.CancelFunc // ends the renewing
	done chan struct{}      // closed when it has ended
}

const defaultTerm = 30 * time.Second

// Lock takes the scope for a run. If another run holds it, Lock waits as long as wait,
// and then fails with a *HeldError. A lease in PostgreSQL that is not renewed is waited
// for whatever wait says, until it ends and the timeout of its holder has passed as
// well: a *HeldError means that the holder is alive. A ledger holds one lease at a
// time.
func (l *Ledger) Lock(ctx context.Context, run string, wait time.Duration) (*Lease, error) {
	if l.held() != nil {
		return nil, failed("lock the ledger", errors.New("this process has locked it already"))
	}
	s := &Lease{l: l, done: make(chan struct{}), stop: func() {}}
	s.lost, s.end = context.WithCancelCause(context.Background())
	if err := l.enter(ctx); err != nil {
		return nil, failed("lock the ledger", err)
	}
	if err := s.take(ctx, run, wait); err != nil {
		return nil, failed("lock the ledger", err)
	}
	l.mu.Lock()
	l.lease = s
	l.mu.Unlock()
	return s, nil
}

// enter gives scope and feed their small numbers.
func (v *view) enter(ctx context.Context) error {
	scope, err := v.db.Number(ctx, v.db.Write, "usersync_scope", v.options.Scope)
	if err != nil {
		return err
	}
	feed, err := v.db.Number(ctx, v.db.Write, "usersync_feed", v.options.Feed)
	if err != nil {
		return err
	}
	p := v.options.Place
	if p != (Place{}) {
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

func (s *Lease) take(ctx context.Context, run string, wait time.Duration) (err error) {
	if s.l.db.Path == "" {
		return s.takeRow(ctx, run, wait)
	}
	if s.file, err = filelock.Take(ctx, lockPath(s.l.db.Path, s.l.options.Scope), run, wait); err != nil {
		return err
	}
	close(s.done)
	var distrusted int64
	err = s.l.db.QueryRow(ctx, s.l.db.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ? WHERE num = ? RETURNING epoch, distrusted`,
		string(filelock.NewHolder(run).Text()), s.l.scope.Load()).Scan(&s.epoch, &distrusted)
	if err != nil {
		return errors.Join(err, s.file.Release())
	}
	s.l.distrusted.Store(distrusted)
	return nil
}

// betweenTries is how long passes between two tries to take a lease.
const betweenTries = 200 * time.Millisecond

func (s *Lease) takeRow(ctx context.Context, run string, wait time.Duration) error {
	began, alive := time.Now(), false
	for last := (rival{}); ; {
		now, err := s.tryRow(ctx, run)
		if err != nil {
			return err
		}
		if now == (rival{}) {
			break
		}
		if last == (rival{}) && s.l.options.Waiting != nil {
			s.l.options.Waiting(filelock.ParseHolder([]byte(now.holder)))
		}
		alive = alive || last != (rival{}) && last != now
		if last = now; alive && time.Since(began) >= wait {
			return &HeldError{Holder: filelock.ParseHolder([]byte(now.holder))}
		}
		select {
		case <-time.After(betweenTries):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go s.renew(renewing)
	return nil
}

// rival is another run that holds the scope. It is alive if it changes.
type rival struct {
	holder         string
	epoch, expires int64
}

// tryRow takes the row if another run gave it back, or if it ended and the calls of its
// holder are over too, by the server's clock. Else it returns the holder.
func (s *Lease) tryRow(ctx context.Context, run string) (other rival, err error) {
	asked, now := rightNow(), s.l.db.Now
	var distrusted int64
	err = s.l.db.QueryRow(ctx, s.l.db.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ?, expires = `+now+` + ?, grace = ?
		WHERE num = ? AND (expires = 0 OR expires + grace <= `+now+`) RETURNING epoch, distrusted`,
		string(filelock.NewHolder(run).Text()), s.term().Milliseconds(), s.l.options.Timeout.Milliseconds(), s.l.scope.Load()).
		Scan(&s.epoch, &distrusted)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.l.db.QueryRow(ctx, s.l.db.Write, `SELECT holder, epoch, expires FROM usersync_scope WHERE num = ?`, s.l.scope.Load()).
			Scan(&other.holder, &other.epoch, &other.expires)
		return other, err
	}
	if err == nil {
		s.l.distrusted.Store(distrusted)
		s.until.Store(&until{asked, s.term()})
	}
	return other, err
}

func (s *Lease) term() time.Duration {
	if s.l.options.Term > 0 {
		return s.l.options.Term
	}
	return defaultTerm
}

// until is how long a lease holds.
type until struct {
	asked moment // before the question that the server answered
	term  time.Duration
}

// moment is a point in time by two clocks. The one that only goes forward may stand
// still while the machine sleeps, and the one that people set may jump.
type moment struct{ forward, wall time.Time }

func rightNow() moment {
	now := time.Now()
	return moment{now, now.Round(0)}
}

// remaining is how long the lease surely holds: by either clock, and with a tenth left
// for clocks that do not run alike.
func (u *until) remaining(now moment) time.Duration {
	passed := max(now.forward.Sub(u.asked.forward), now.wall.Sub(u.asked.wall))
	return u.term - u.term/10 - passed
}

func (s *Lease) remaining() time.Duration { return s.until.Load().remaining(rightNow()) }

// renew renews the row until it is stopped, or the lease is lost.
func (s *Lease) renew(ctx context.Context) {
	defer close(s.done)
	pause := s.term() / 10
	for {
		select {
		case <-time.After(min(pause, max(s.remaining(), 0))):
		case <-ctx.Done():
			return
		}
		switch ours, err := s.renewOnce(ctx); {
		case ctx.Err() != nil:
			return
		case err == nil && !ours:
			s.lose(ErrFenced)
			return
		case s.remaining() <= 0:
			s.lose(ErrLost)
			return
		case err != nil:
			pause = s.term() / 30
		default:
			pause = s.term() / 10
		}
	}
}

func (s *Lease) renewOnce(ctx context.Context) (ours bool, err error) {
	asked := rightNow()
	ctx, cancel := context.WithTimeout(ctx, max(s.remaining(), time.Millisecond))
	defer cancel()
	n, err := s.l.db.Exec(ctx, s.l.db.Write, `UPDATE usersync_scope SET expires = `+s.l.db.Now+` + ? WHERE num = ? AND epoch = ?`,
		s.term().Milliseconds(), s.l.scope.Load(), s.epoch)
	if err == nil && n == 1 {
		s.until.Store(&until{asked, s.term()})
	}
	return n == 1, err
}

func (s *Lease) lose(why error) { s.end(why) }

// Lost is closed when the lease is lost, before another run can have taken it.
func (s *Lease) Lost() <-chan struct{} { return s.lost.Done() }

// Check returns nil while the scope is surely ours; else ErrLost, or ErrFenced where
// another run is known to hold it. Ask right before a call that must not meet another
// run's. It costs two looks at clocks.
func (s *Lease) Check() error {
	if s.file == nil && s.lost.Err() == nil && s.remaining() <= 0 {
		s.lose(ErrLost)
	}
	return context.Cause(s.lost)
}

// Bound returns ctx, made to end with the lease as well, and then with the cause that
// Check returns. Call end when it is not needed any more.
func (s *Lease) Bound(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	bound, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.lost, func() { cancel(context.Cause(s.lost)) })
	return bound, func() {
		stop()
		cancel(nil)
	}
}

// lastTry is how long the database is waited for once the lease is over.
const lastTry = 3 * time.Second

// boundWrite returns ctx, made to end a little after the lease does: a database that is
// out of reach must not hold up the end of a run, and one that answers again tells
// whether another run has taken the scope over.
func (s *Lease) boundWrite(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	bound, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.lost, func() {
		time.AfterFunc(lastTry, func() { cancel(context.Cause(s.lost)) })
	})
	return bound, func() {
		stop()
		cancel(nil)
	}
}

// Release gives the scope back. The ledger cannot be written afterwards.
func (s *Lease) Release() error {
	s.l.mu.Lock()
	if s.l.lease != s {
		s.l.mu.Unlock()
		return nil
	}
	s.l.lease = nil
	s.l.mu.Unlock()
	s.stop()
	<-s.done
	lost := s.lost.Err() != nil
	defer s.lose(ErrUnlocked)
	if s.file != nil {
		return failed("", s.file.Release())
	}
	patience := s.term()
	if lost { // the database may not answer, and the row will end by itself
		patience = lastTry
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.l.db.Exec(ctx, s.l.db.Write, `UPDATE usersync_scope SET expires = 0, holder = '' WHERE num = ? AND epoch = ?`, s.l.scope.Load(), s.epoch)
	if lost {
		return nil
	}
	return failed("release the ledger's lease", err)
}

// lockPath is the lock of a scope beside the ledger's file.
func lockPath(ledger, scope string) string {
	sum := sha256.Sum256([]byte(scope))
	return ledger + "." + hex.EncodeToString(sum[:8]) + ".lock"
}
