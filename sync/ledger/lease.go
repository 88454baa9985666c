package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/filelock"
)

// Lease is the right to write to a scope. In SQLite it is a lock on a file,
// held until Release or the end of the process. In PostgreSQL it is a row that
// says until when, renewed by a goroutine that Release ends and waits for.
//
// Both raise the scope's epoch, and every write proves it: a run whose lease
// another one took can write nothing more.
type Lease struct {
	l     *Ledger
	epoch int64
	file  *filelock.Lock // SQLite only
	until atomic.Int64   // PostgreSQL only: nanoseconds since start; the lease holds no longer than that
	start time.Time

	losing sync.Once
	lost   chan struct{}
	stop   context.CancelFunc
	done   chan struct{}
}

const defaultTerm = 30 * time.Second

// Lock takes the scope for a run. It waits as long as wait for one that holds
// it, and then fails with a *HeldError. A ledger holds one lease at a time.
func (l *Ledger) Lock(ctx context.Context, run string, wait time.Duration) (*Lease, error) {
	if l.held() != nil {
		return nil, failed("lock the ledger", errors.New("this process has locked it already"))
	}
	s := &Lease{l: l, start: time.Now(), lost: make(chan struct{}), done: make(chan struct{}), stop: func() {}}
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
	err = s.l.db.QueryRow(ctx, s.l.db.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ? WHERE num = ? RETURNING epoch`,
		string(filelock.NewHolder(run).Text()), s.l.scope.Load()).Scan(&s.epoch)
	if err != nil {
		return errors.Join(err, s.file.Release())
	}
	return nil
}

func (s *Lease) takeRow(ctx context.Context, run string, wait time.Duration) error {
	if err := filelock.Retry(ctx, wait, func() error { return s.tryRow(ctx, run) }); err != nil {
		return err
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go s.renew(renewing)
	return nil
}

// tryRow takes the row if nobody holds it any more, by the server's clock.
func (s *Lease) tryRow(ctx context.Context, run string) error {
	asked := time.Now()
	now := s.l.db.Now
	err := s.l.db.QueryRow(ctx, s.l.db.Write, `UPDATE usersync_scope SET epoch = epoch + 1, holder = ?, expires = `+now+` + ?
		WHERE num = ? AND expires <= `+now+` RETURNING epoch`,
		string(filelock.NewHolder(run).Text()), s.term().Milliseconds(), s.l.scope.Load()).Scan(&s.epoch)
	if errors.Is(err, sql.ErrNoRows) {
		var holder string
		if err := s.l.db.QueryRow(ctx, s.l.db.Write, `SELECT holder FROM usersync_scope WHERE num = ?`, s.l.scope.Load()).Scan(&holder); err != nil {
			return err
		}
		return &HeldError{Holder: filelock.ParseHolder([]byte(holder))}
	}
	if err == nil {
		s.extend(asked)
	}
	return err
}

func (s *Lease) term() time.Duration {
	if s.l.options.Term > 0 {
		return s.l.options.Term
	}
	return defaultTerm
}

// extend notes until when the lease holds. It counts from before the question,
// and leaves a tenth for clocks that do not run alike.
func (s *Lease) extend(asked time.Time) {
	s.until.Store(int64(asked.Add(s.term() - s.term()/10).Sub(s.start)))
}

func (s *Lease) remaining() time.Duration {
	return time.Duration(s.until.Load()) - time.Since(s.start)
}

// renew renews the row until it is stopped, or the lease is lost.
func (s *Lease) renew(ctx context.Context) {
	defer close(s.done)
	pause := s.term() / 3
	for {
		select {
		case <-time.After(min(pause, max(s.remaining(), 0))):
		case <-ctx.Done():
			return
		}
		switch ours, err := s.renewOnce(ctx); {
		case ctx.Err() != nil:
			return
		case err == nil && !ours, s.remaining() <= 0:
			s.lose()
			return
		case err != nil:
			pause = s.term() / 30
		default:
			pause = s.term() / 3
		}
	}
}

func (s *Lease) renewOnce(ctx context.Context) (ours bool, err error) {
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, max(s.remaining(), time.Millisecond))
	defer cancel()
	n, err := s.l.db.Exec(ctx, s.l.db.Write, `UPDATE usersync_scope SET expires = `+s.l.db.Now+` + ? WHERE num = ? AND epoch = ?`,
		s.term().Milliseconds(), s.l.scope.Load(), s.epoch)
	if err == nil && n == 1 {
		s.extend(asked)
	}
	return n == 1, err
}

func (s *Lease) lose() { s.losing.Do(func() { close(s.lost) }) }

// Lost is closed when the lease is lost, before another run can have taken it.
func (s *Lease) Lost() <-chan struct{} { return s.lost }

// Valid reports whether the scope is ours for certain. Ask before a call that
// must not meet another run's.
func (s *Lease) Valid() bool {
	select {
	case <-s.lost:
		return false
	default:
		return s.file != nil || s.remaining() > 0
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
	defer s.lose()
	if s.file != nil {
		return failed("", s.file.Release())
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.term())
	defer cancel()
	_, err := s.l.db.Exec(ctx, s.l.db.Write, `UPDATE usersync_scope SET expires = 0, holder = '' WHERE num = ? AND epoch = ?`, s.l.scope.Load(), s.epoch)
	return failed("release the ledger's lease", err)
}

// lockPath is the lock of a scope beside the ledger's file.
func lockPath(ledger, scope string) string {
	sum := sha256.Sum256([]byte(scope))
	return ledger + "." + hex.EncodeToString(sum[:8]) + ".lock"
}
