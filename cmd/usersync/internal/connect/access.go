package connect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Access is how a command other than a run uses the ledger.
type Access uint8

const (
	Reading Access = iota // there must be one
	Writing               // there must be one, and no other process may use it
	Making                // it is made if there is none, and no other process may use it
)

// holder is what a command is called that holds the lock of a scope.
const holder = "usersync-ledger"

// WithLedger opens the ledger of the config, locks its scope unless it is only read,
// and closes it after do. The API is not called.
func WithLedger(ctx context.Context, c *config.Config, a Access, do func(*ledger.Ledger) error) error {
	if c.Target.Sandbox {
		return exit.Usage(errors.New("open the ledger: the sandbox's ledger lies in the run's own directory, and ends with it"), "set sandbox to false", "usersync help settings")
	}
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		url := c.Ledger.At(c.Output.RunsDir)
		if err := checkThere(url, a); err != nil {
			return err
		}
		l, err := OpenLedger(ctx, c, scope, url)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		if a != Reading {
			if _, err := l.Lock(ctx, holder, c.Ledger.LockTimeout); err != nil {
				return err
			}
		}
		return do(l)
	})
}

// MoveScope gives a scope of the config's ledger another name. Both are locked.
func MoveScope(ctx context.Context, c *config.Config, from, to string) error {
	to, place, err := ledger.ParseScope(to)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(from, place.Destination+"|") {
		return &ledger.ScopeError{What: "the two are of different destinations"}
	}
	return WithLedger(ctx, c, Reading, func(l *ledger.Ledger) error {
		all, err := l.Admin().Scopes(ctx, "")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(s ledger.Scope) bool { return s.Name == from }) {
			return &ledger.ScopeError{What: fmt.Sprintf("the ledger has none that is called %q", from)}
		}
		return withScope(ctx, c, from, func(moved *ledger.Ledger) error {
			return withScope(ctx, c, to, func(*ledger.Ledger) error { return moved.Admin().MoveScope(ctx, to, place) })
		})
	})
}

// withScope locks a scope of the config's ledger by its name.
func withScope(ctx context.Context, c *config.Config, name string, do func(*ledger.Ledger) error) (err error) {
	o, err := ledgerOptions(c, c.Ledger.At(c.Output.RunsDir))
	if err != nil {
		return err
	}
	o.Scope = name
	l, err := ledger.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if _, err := l.Lock(ctx, holder, c.Ledger.LockTimeout); err != nil {
		return err
	}
	return do(l)
}

// WithLease takes the lock that a run of the config would take, and gives it back
// after do. If the config has a ledger, there must be one. The API is not called.
func WithLease(ctx context.Context, c *config.Config, do func(*Lease, journal.Scope) error) error {
	return inScope(ctx, c, func(scope journal.Scope) (err error) {
		if url := c.Ledger.At(c.Output.RunsDir); url != config.NoLedger {
			if err := checkThere(url, Writing); err != nil {
				return err
			}
		}
		l, err := Acquire(ctx, c, scope, c.Output.RunsDir, holder, nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.Close()) }()
		return do(l, scope)
	})
}

// inScope finds out the scope that a run with the same settings has.
func inScope(ctx context.Context, c *config.Config, do func(journal.Scope) error) (err error) {
	c.Target.Offline = true
	conn, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return do(conn.ScopeIn(c.Ledger.Feed))
}

// checkThere refuses to make a ledger only to find nothing in it, and makes its
// place where it is to be made.
func checkThere(url string, a Access) error {
	path, isFile := strings.CutPrefix(url, config.SQLiteURL)
	switch {
	case url == config.NoLedger:
		return exit.Usage(errors.New("open the ledger: the settings say that there is none"), "give --ledger", "usersync help settings")
	case !isFile:
		return nil
	case a == Making:
		return os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return exit.Usage(fmt.Errorf("open the ledger: there is none at %s", path), "give --ledger or --runs-dir; the first run makes it", "usersync help settings")
	}
	return nil
}
