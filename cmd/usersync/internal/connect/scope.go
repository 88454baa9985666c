package connect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/address"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Evidence reports whether the runs of a scope, which an earlier version named by the
// host alone, show that they went to the base URL of now.
type Evidence func(earlier, now journal.Scope) (bool, error)

// ScopeName is what a ledger calls a scope.
func ScopeName(s journal.Scope) string { return s.Destination + "|" + s.BaseURL + "|" + s.Account }

func placeOf(s journal.Scope) ledger.Place {
	return ledger.Place{Destination: s.Destination, Base: s.BaseURL, Account: s.Account}
}

// ParseScope reads the name of a scope that holds a base URL, however that is spelled.
func ParseScope(name string) (journal.Scope, error) {
	parts := strings.SplitN(name, "|", 3)
	if len(parts) < 3 || parts[0] == "" {
		return journal.Scope{}, errors.New("must be API|BASE_URL|ACCOUNT")
	}
	base, err := address.BaseURL(parts[1])
	if err != nil {
		return journal.Scope{}, err
	}
	return journal.Scope{Destination: parts[0], BaseURL: base, Account: parts[2]}, nil
}

// ScopeIn is what the journals of its runs call a scope of the ledger.
func ScopeIn(s ledger.Scope) journal.Scope {
	if s.Base == "" {
		return earlierScope(s)
	}
	return journal.Scope{Destination: s.Destination, BaseURL: s.Base, Account: s.Account}
}

// earlierScope is what a journal of an earlier version calls a scope of the ledger.
func earlierScope(s ledger.Scope) journal.Scope {
	host := strings.TrimSuffix(strings.TrimPrefix(s.Name, s.Destination+"|"), "|"+s.Account)
	return journal.Scope{Destination: s.Destination, Host: host, Account: s.Account}
}

// CheckScope refuses with an *exit.Error what Acquire would refuse, and makes no call.
// Acquire reports any other problem of the ledger.
func CheckScope(ctx context.Context, c *config.Config, made Evidence) error {
	if c.Ledger.NewScope && c.Ledger.NewScopeSource != "--"+config.NewScopeFlag {
		return exit.Usage(fmt.Errorf("check new_scope: it is set by %s, so that every run would take whatever address it is given for a new account", c.Ledger.NewScopeSource),
			"give --"+config.NewScopeFlag+" on the command line of the one run that needs it", "")
	}
	address := c.Ledger.At(c.Output.RunsDir)
	if c.Target.Sandbox || address == config.NoLedger {
		return nil
	}
	if path, isFile := strings.CutPrefix(address, setting.SQLite); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return inScope(ctx, c, func(scope journal.Scope) error {
		l, err := OpenLedger(ctx, c, scope, address)
		if err != nil {
			return nil
		}
		_, err = earlierName(ctx, c, l, scope, made)
		if refused, ok := errors.AsType[*exit.Error](err); ok {
			return errors.Join(refused, l.Close())
		}
		return l.Close()
	})
}

// OpenToRead opens a ledger for who only reads it: a scope that the next run will rename
// is read under its earlier name.
func OpenToRead(ctx context.Context, c *config.Config, scope journal.Scope, address string, made Evidence) (*ledger.Ledger, error) {
	l, err := OpenLedger(ctx, c, scope, address)
	if err != nil {
		return nil, err
	}
	earlier, err := earlierName(ctx, c, l, scope, made)
	if err != nil || earlier == "" {
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		return l, nil
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	return openScope(ctx, c, ledger.Options{Scope: earlier}, address)
}

// settle renames the scope that an earlier version named, if there is one. It closes l
// with an error, and otherwise returns a ledger for the scope of now; open opens another.
func settle(ctx context.Context, c *config.Config, l *ledger.Ledger, scope journal.Scope, run string, made Evidence, open func() (*ledger.Ledger, error)) (*ledger.Ledger, error) {
	earlier, err := earlierName(ctx, c, l, scope, made)
	if err == nil && earlier == "" {
		return l, nil
	}
	if err := errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	if err := MoveScope(ctx, c, earlier, scope, run, nil); err != nil {
		return nil, err
	}
	return open()
}

// MoveScope gives a scope of the ledger the name and place of another, with both of them
// locked. A nil before does nothing; otherwise it is called with the ledger first, under the
// lock. One that cannot be moved is a *ledger.ScopeError.
func MoveScope(ctx context.Context, c *config.Config, name string, to journal.Scope, run string, before func(*ledger.Ledger) error) (err error) {
	address := c.Ledger.At(c.Output.RunsDir)
	from, err := openScope(ctx, c, ledger.Options{Scope: name}, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	target, err := openScope(ctx, c, scopeOptions(to), address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	for _, l := range []*ledger.Ledger{from, target} {
		if _, err := l.Lock(ctx, run, c.Ledger.LockTimeout); err != nil {
			return err
		}
	}
	if before != nil {
		if err := before(from); err != nil {
			return err
		}
	}
	return from.Admin().MoveScope(ctx, ScopeName(to), placeOf(to))
}

// earlierName is the scope of an earlier version that is the scope of now; empty if there
// is none, or none is needed. A scope that no run has used, next to another one of the
// same API, is an *exit.Error, unless the settings say that it is really another.
func earlierName(ctx context.Context, c *config.Config, l *ledger.Ledger, scope journal.Scope, made Evidence) (string, error) {
	all, err := l.Admin().Scopes(ctx, scope.Destination)
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(s ledger.Scope) bool { return !s.Used() })
	own := func(s ledger.Scope) bool { return s.Name == ScopeName(scope) }
	if len(all) == 0 || c.Ledger.NewScope || slices.ContainsFunc(all, own) {
		return "", nil
	}
	candidates := slices.DeleteFunc(slices.Clone(all), func(s ledger.Scope) bool { return s.Base != "" || !scope.Same(earlierScope(s)) })
	if len(candidates) == 1 {
		same, err := made(earlierScope(candidates[0]), scope)
		if err != nil {
			return "", err
		}
		if same {
			return candidates[0].Name, nil
		}
	}
	return "", newScope(c, scope, append(candidates, all...)[0], len(candidates) > 0)
}

// newScope refuses to take an address for a new account. Other is an account of the same
// API that the ledger knows; earlier says that its address was not kept.
func newScope(c *config.Config, scope journal.Scope, other ledger.Scope, earlier bool) error {
	what := fmt.Errorf("check the ledger: it knows users of %s, and none of %s; nothing was sent", other.Name, ScopeName(scope))
	hint := "if this is a new address of the same account, move its users there; if it is really another account, give --" + config.NewScopeFlag
	if earlier {
		what = fmt.Errorf("check the ledger: its users of %s were sent by an earlier version, which kept the host alone, and no run shows that they went to %s; nothing was sent", other.Name, scope.BaseURL)
		hint = "if they did, move them there; if this is really another account, give --" + config.NewScopeFlag
	}
	return exit.Usage(what, hint, c.LedgerCommand("move-scope", other.Name, ScopeName(scope)))
}
