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

// Lease is what a run knows of those before it, and the lock that keeps others
// from running at the same time.
type Lease struct {
	Ledger *ledger.Ledger // nil: none
	held   *ledger.Lease  // nil without a ledger
	lock   *filelock.Lock
}

// Check returns an error once the account is no longer surely the run's. Ask right
// before a call.
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

// Waiting is told of a run that is waited for; nil tells nobody.
type Waiting func(ledger.Holder)

// Acquire opens the ledger and locks the scope for a run, whose runs directory is
// dir. Another run that holds it and is alive is a *ledger.HeldError.
func Acquire(ctx context.Context, c *config.Config, scope journal.Scope, dir, run string, waiting Waiting) (*Lease, error) {
	if err := os.MkdirAll(dir, 0o700); Unwritable(err) {
		return nil, exit.Usage(fmt.Errorf("make the runs directory: %w", err), "give --runs-dir a place that this user may write to", "")
	} else if err != nil {
		return nil, fmt.Errorf("make the runs directory: %w", err)
	}
	address := c.Ledger.At(dir)
	if address == config.NoLedger {
		lock, err := filelock.Take(ctx, filepath.Join(dir, ".lock-"+nameOfScope(scope)), run, c.Ledger.LockTimeout)
		return &Lease{lock: lock}, err
	}
	l, err := openLedger(ctx, c, scope, address, c.Pace.Timeout, waiting)
	if err != nil {
		return nil, err
	}
	held, err := l.Lock(ctx, run, c.Ledger.LockTimeout)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &Lease{Ledger: l, held: held}, nil
}

// OpenLedger opens a ledger, and makes it where there is none.
func OpenLedger(ctx context.Context, c *config.Config, scope journal.Scope, address string) (*ledger.Ledger, error) {
	return openLedger(ctx, c, scope, address, 0, nil)
}

func openLedger(ctx context.Context, c *config.Config, scope journal.Scope, address string, timeout time.Duration, waiting Waiting) (*ledger.Ledger, error) {
	o, err := ledgerOptions(c, address)
	if err != nil {
		return nil, err
	}
	o.Scope, o.Timeout, o.Waiting = scope.Destination+"|"+scope.Host+"|"+scope.Account, timeout, waiting
	o.Place = ledger.Place{Destination: scope.Destination, Account: scope.Account}
	return ledger.Open(ctx, o)
}

// ledgerOptions are those of every scope in the config's ledger.
func ledgerOptions(c *config.Config, address string) (ledger.Options, error) {
	o := ledger.Options{URL: address, Feed: c.Ledger.Feed}
	if key := c.Ledger.Key.Reveal(); key != "" {
		var err error
		if o.Key, err = fingerprint.ParseKey(key); err != nil {
			return o, exit.Usage(fmt.Errorf("read ledger_key: %w", err), "give it 64 hex digits, such as `openssl rand -hex 32` prints", "usersync help settings")
		}
	}
	return o, nil
}

// Unwritable tells that no further try helps: somebody has to open the place first.
func Unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func nameOfScope(s journal.Scope) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s", s.Destination, s.Host, s.Account))
	return hex.EncodeToString(sum[:6])
}

// Close gives the scope back.
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
