package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/filelock"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Lease is the lock that keeps other runs of a scope out, and the ledger.
type Lease struct {
	Ledger *ledger.Ledger // nil without one
	held   *ledger.Lease  // nil without a ledger
	lock   *filelock.Lock
}

// Check returns an error if another run may hold the account. Call it right before a
// call to the API.
func (l *Lease) Check() error {
	if l.held == nil {
		return nil // a lock on a file lasts as long as the process
	}
	return l.held.Check()
}

// Bound returns ctx, made to end when the lease does. Call end when it is not needed
// any more.
func (l *Lease) Bound(ctx context.Context) (bound context.Context, end context.CancelFunc) {
	if l.held == nil {
		return context.WithCancel(ctx)
	}
	return l.held.Bound(ctx)
}

// Waiting is called with the run that is being waited for; it may be nil.
type Waiting func(ledger.Holder)

// Acquire opens the ledger and locks the scope for a run, whose runs directory is
// dir. Another run that holds it and is alive is a *ledger.HeldError. A scope that an
// earlier version named is renamed, where made says that it is the same; an *exit.Error
// refuses one that the ledger does not know, where it knows another of the same API.
func Acquire(ctx context.Context, c *config.Config, scope journal.Scope, dir, run string, made Evidence, waiting Waiting) (*Lease, error) {
	if err := os.MkdirAll(dir, 0o700); Unwritable(err) {
		return nil, exit.Usage(fmt.Errorf("create the runs directory: %w", err), "set --runs-dir to a directory that you may write to", "")
	} else if err != nil {
		return nil, fmt.Errorf("create the runs directory: %w", err)
	}
	address := c.Ledger.At(dir)
	if address == config.NoLedger {
		lock, err := filelock.Take(ctx, filepath.Join(dir, ".lock-"+lockName(scope)), run, c.Ledger.LockTimeout)
		if err != nil {
			err = fmt.Errorf("lock the account: %w", err)
		}
		return &Lease{lock: lock}, err
	}
	open := func() (*ledger.Ledger, error) {
		o := scopeOptions(scope)
		o.Term, o.Timeout, o.Waiting = c.Ledger.LeaseTerm, c.Pace.Timeout, waiting
		return openScope(ctx, c, o, address)
	}
	l, err := open()
	if err != nil {
		return nil, err
	}
	if !c.Target.Sandbox {
		if l, err = settle(ctx, c, l, scope, run, made, open); err != nil {
			return nil, err
		}
	}
	held, err := l.Lock(ctx, run, c.Ledger.LockTimeout)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &Lease{Ledger: l, held: held}, nil
}

// OpenForShards opens a shared ledger for a process that makes a shard of a run. Join the run
// before anything is sent.
func OpenForShards(ctx context.Context, c *config.Config, scope journal.Scope, waiting Waiting) (*Lease, error) {
	o := scopeOptions(scope)
	o.Term, o.Timeout, o.Waiting = c.Ledger.LeaseTerm, c.Pace.Timeout, waiting
	l, err := openScope(ctx, c, o, c.Ledger.URL)
	if err != nil {
		return nil, err
	}
	return &Lease{Ledger: l}, nil
}

// Join takes a shard of a run, in place of the one that was held.
func (l *Lease) Join(ctx context.Context, job ledger.Job, index int, wait time.Duration) (ledger.Joined, error) {
	joined, err := l.Ledger.Join(ctx, job, index, wait)
	l.held = l.Ledger.Held()
	return joined, err
}

// OpenLedger opens a ledger, and creates it if it does not exist.
func OpenLedger(ctx context.Context, c *config.Config, scope journal.Scope, address string) (*ledger.Ledger, error) {
	return openScope(ctx, c, scopeOptions(scope), address)
}

func scopeOptions(s journal.Scope) ledger.Options {
	return ledger.Options{Scope: ScopeName(s), Place: placeOf(s)}
}

// openScope opens a scope of a ledger: o holds its name and place, and how it is locked.
// The zero place is not kept.
func openScope(ctx context.Context, c *config.Config, o ledger.Options, address string) (*ledger.Ledger, error) {
	o.URL, o.Feed = address, c.Ledger.Feed
	if key := c.Ledger.Key.Reveal(); key != "" {
		var err error
		if o.Key, err = fingerprint.ParseKey(key); err != nil {
			return nil, exit.Usage(fmt.Errorf("read ledger_key: %w", err), "give it 64 hex digits, such as openssl rand -hex 32 prints", "usersync help settings")
		}
	}
	return ledger.Open(ctx, o)
}

// Unwritable reports whether trying again cannot help, because of permissions or a
// read-only file system.
func Unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func lockName(s journal.Scope) string {
	sum := sha256.Sum256([]byte(ScopeName(s)))
	return hex.EncodeToString(sum[:6])
}

// Close releases the scope.
func (l *Lease) Close() error {
	if l.lock != nil {
		if err := l.lock.Release(); err != nil {
			return &ledger.FailedError{Err: err}
		}
		return nil
	}
	if l.Ledger != nil {
		return l.Ledger.Close()
	}
	return nil
}
