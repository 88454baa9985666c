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
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Access is how a command other than run uses the ledger.
type Access uint8

const (
	Reading  Access = iota // it must exist
	Writing                // it must exist, and no other process may use it
	Creating               // it is created if missing, and no other process may use it
)

// lockHolder is the name that a command holds the lock of a scope under.
const lockHolder = "usersync-ledger"

// WithLedger opens the ledger of the config, locks its scope unless it only reads, and
// closes it after do. It does not call the API.
func WithLedger(ctx context.Context, c *config.Config, a Access, do func(*ledger.Ledger) error) error {
	if c.Target.Sandbox {
		return exit.Usage(errors.New("open the ledger: with the sandbox each run has a ledger of its own"), "set sandbox to false", "usersync help settings")
	}
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		url := c.Ledger.At(c.Output.RunsDir)
		if err := checkLedger(url, a); err != nil {
			return err
		}
		l, err := OpenLedger(ctx, c, scope, url)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		if a != Reading {
			if _, err := l.Lock(ctx, lockHolder, c.Ledger.LockTimeout); err != nil {
				return err
			}
		}
		return do(l)
	})
}

// WithLease takes the lock that a run of the config would take, and releases it after
// do. If the config has a ledger, it must exist. It does not call the API.
func WithLease(ctx context.Context, c *config.Config, do func(*Lease, journal.Scope) error) error {
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		if url := c.Ledger.At(c.Output.RunsDir); url != config.NoLedger {
			if err := checkLedger(url, Writing); err != nil {
				return err
			}
		}
		l, err := Acquire(ctx, c, scope, c.Output.RunsDir, lockHolder)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		return do(l, scope)
	})
}

// inScope calls do with the scope of a run with the same settings.
func inScope(ctx context.Context, c *config.Config, do func(journal.Scope) error) (err error) {
	c.Target.Offline = true
	conn, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return do(conn.ScopeIn(c.Ledger.Feed))
}

// checkLedger refuses to create a ledger only to find nothing in it. For Creating, it
// creates the directory.
func checkLedger(url string, a Access) error {
	path, isFile := strings.CutPrefix(url, config.SQLiteURL)
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
