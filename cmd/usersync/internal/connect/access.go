package connect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Access is how a command other than run uses the ledger.
type Access uint8

const (
	Reading  Access = iota // it must exist
	Counting               // the ledger must exist, and all its scopes are read
	Writing                // it must exist, and no other process may use it
	Creating               // it is created if missing, and no other process may use it
)

// lockHolder is the name that a command holds the lock of a scope under.
const lockHolder = "usersync-ledger"

// WithLedger opens the ledger of the config, locks its scope unless it only reads, and
// closes it after do. It does not call the API.
func WithLedger(ctx context.Context, c *config.Config, a Access, made Evidence, do func(*ledger.Ledger) error) error {
	if c.Target.Sandbox {
		return exit.Usage(errors.New("open the ledger: with the sandbox each run has a ledger of its own"), "set sandbox to false", "usersync help settings")
	}
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		url := c.Ledger.At(c.Output.RunsDir)
		if err := checkLedger(url, a); err != nil {
			return err
		}
		l, err := openFor(ctx, c, a, scope, url, made)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		if a == Writing || a == Creating {
			if _, err := l.Lock(ctx, lockHolder, c.Ledger.LockTimeout); err != nil {
				return err
			}
		}
		return do(l)
	})
}

func openFor(ctx context.Context, c *config.Config, a Access, scope journal.Scope, url string, made Evidence) (*ledger.Ledger, error) {
	if a == Reading {
		return OpenToRead(ctx, c, scope, url, made)
	}
	l, err := OpenLedger(ctx, c, scope, url)
	if err == nil && a == Writing {
		return settle(ctx, c, l, scope, lockHolder, made, func() (*ledger.Ledger, error) { return OpenLedger(ctx, c, scope, url) })
	}
	return l, err // an import names the users it brings
}

// WithLease takes the lock that a run of the config would take, and releases it after
// do. If the config has a ledger, it must exist. It does not call the API.
func WithLease(ctx context.Context, c *config.Config, made Evidence, do func(*Lease, journal.Scope) error) error {
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		if url := c.Ledger.At(c.Output.RunsDir); url != config.NoLedger {
			if err := checkLedger(url, Writing); err != nil {
				return err
			}
		}
		l, err := Acquire(ctx, c, scope, c.Output.RunsDir, lockHolder, made, nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		return do(l, scope)
	})
}

// ScopeOf returns the scope of a run with the settings of c. It makes no call.
func ScopeOf(ctx context.Context, c *config.Config) (scope journal.Scope, err error) {
	err = inScope(ctx, c, func(s journal.Scope) error {
		scope = s
		return nil
	})
	return scope, err
}

// inScope calls do with the scope of a run with the same settings.
func inScope(ctx context.Context, c *config.Config, do func(journal.Scope) error) (err error) {
	if len(c.Target.All) == 0 {
		return noDestination(c.Invocation.SentTo("kard").Again(c.Invocation.Files...))
	}
	was := c.Target.Offline
	c.Target.Offline = true
	conn, err := Open(ctx, c)
	c.Target.Offline = was
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return do(conn.ScopeIn(c.Ledger.Feed))
}

// CheckLedger returns an *exit.Error if c has no ledger, or if it does not exist.
func CheckLedger(c *config.Config) error { return checkLedger(c.Ledger.At(c.Output.RunsDir), Writing) }

// checkLedger refuses to create a ledger only to find nothing in it. For Creating, it
// creates the directory.
func checkLedger(url string, a Access) error {
	path, isFile := strings.CutPrefix(url, setting.SQLite)
	switch {
	case url == config.NoLedger:
		return exit.Usage(errors.New("open the ledger: the settings turn it off"), "set --ledger", "usersync help settings")
	case !isFile:
		return nil
	case a == Creating:
		return os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return exit.Usage(fmt.Errorf("open the ledger: there is none at %s", path), "set --ledger or --runs-dir; the first run creates it", "usersync help settings")
	}
	return nil
}
