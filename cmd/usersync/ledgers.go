package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// past is what a run knows of those before it, and the lock that keeps others
// from running beside it.
type past struct {
	ledger *ledger.Ledger // nil: none
	lock   *ledger.FileLock
}

// ledgerURL is where the ledger lies; dir is where it lies if nothing says so.
func (c *config) ledgerURL(dir string) string {
	if c.Ledger.URL == autoLedger {
		return sqliteURL + filepath.Join(dir, "ledger.db")
	}
	return c.Ledger.URL
}

// ledgerName tells the ledger of a run from another, without what is secret in its
// address; empty if there is none.
func (c *config) ledgerName() string {
	address := c.ledgerURL(c.Output.RunsDir)
	if path, isFile := strings.CutPrefix(address, sqliteURL); isFile {
		if whole, err := filepath.Abs(path); err == nil {
			path = whole
		}
		return sum([]byte(sqliteURL + path))
	}
	u, err := url.Parse(address)
	if address == noLedger || err != nil {
		return ""
	}
	return sum([]byte(u.Host + u.Path))
}

// openPast opens the ledger and locks the scope for a run. Another run that
// holds it is a *ledger.HeldError.
func openPast(ctx context.Context, c *config, scope journal.Scope, dir, run string) (*past, error) {
	if err := os.MkdirAll(dir, 0o700); closed(err) {
		return nil, exit.Usage(fmt.Errorf("make the runs directory: %w", err), "give --runs-dir a place that this user may write to", "")
	} else if err != nil {
		return nil, fmt.Errorf("make the runs directory: %w", err)
	}
	address := c.ledgerURL(dir)
	if address == noLedger {
		lock, err := ledger.LockFile(ctx, filepath.Join(dir, ".lock-"+nameOfScope(scope)), run, c.Ledger.LockTimeout)
		return &past{lock: lock}, err
	}
	l, err := openLedger(ctx, c, scope, address)
	if err != nil {
		return nil, err
	}
	if _, err := l.Lock(ctx, run, c.Ledger.LockTimeout); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &past{ledger: l}, nil
}

// openLedger opens a ledger, and makes it where there is none.
func openLedger(ctx context.Context, c *config, scope journal.Scope, address string) (*ledger.Ledger, error) {
	o := ledger.Options{URL: address, Scope: scope.Destination + "|" + scope.Host + "|" + scope.Account, Feed: c.Ledger.Feed}
	if key := c.Ledger.Key.Reveal(); key != "" {
		var err error
		if o.Key, err = ledger.ParseKey(key); err != nil {
			return nil, exit.Usage(fmt.Errorf("read ledger_key: %w", err), "give it 64 hex digits, such as `openssl rand -hex 32` prints", "usersync help settings")
		}
	}
	return ledger.Open(ctx, o)
}

// closed tells that no further try helps: somebody has to open the place first.
func closed(err error) bool { return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) }

func nameOfScope(s journal.Scope) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s", s.Destination, s.Host, s.Account))
	return hex.EncodeToString(sum[:6])
}

// close gives the scope back.
func (p *past) close() error {
	if p.lock != nil {
		return p.lock.Release()
	}
	if p.ledger != nil {
		return p.ledger.Close()
	}
	return nil
}
