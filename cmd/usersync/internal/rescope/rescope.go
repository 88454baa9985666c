// Package rescope moves what the ledger knows of an account to another scope, after the
// address of the account has changed.
//
// Start at Move.
package rescope

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

const movedBy = "usersync-move-scope"

// Move renames a scope that the ledger holds, from name to other, and returns where it is
// now. Unfinished runs of the old scope are absorbed first. If something is wrong with the
// names, the error is an *exit.Error.
func Move(ctx context.Context, c *config.Config, name, other string) (to journal.Scope, err error) {
	wrong := func(err error) error {
		return exit.Usage(fmt.Errorf("move the scope: %w", err), "name both as usersync ledger scopes does", c.LedgerCommand("scopes"))
	}
	if to, err = connect.ParseScope(other); err != nil {
		return to, wrong(fmt.Errorf("the new name: %w", err))
	}
	if name == connect.ScopeName(to) {
		return to, wrong(errors.New("both are the same"))
	}
	if err := connect.CheckLedger(c); err != nil {
		return to, err
	}
	err = connect.MoveScope(ctx, c, name, to, movedBy, func(l *ledger.Ledger) error {
		all, err := l.Admin().Scopes(ctx, "")
		if err != nil {
			return err
		}
		scope, used, err := scopeOf(name, all)
		if err != nil {
			return wrong(fmt.Errorf("the old name: %w", err))
		}
		if scope.Destination != to.Destination {
			return wrong(errors.New("they are two APIs"))
		}
		scope.Feed = c.Ledger.Feed
		absorbed, err := absorbAll(ctx, c, l, scope)
		if err == nil && !used && absorbed == 0 {
			return wrong(errors.New("the ledger knows no users of the old one"))
		}
		return err
	})
	if refused, ok := errors.AsType[*ledger.ScopeError](err); ok {
		return to, wrong(refused)
	}
	return to, err
}

// scopeOf returns the scope of that name, and whether it is one of all that holds users.
func scopeOf(name string, all []ledger.Scope) (scope journal.Scope, used bool, err error) {
	i := slices.IndexFunc(all, func(s ledger.Scope) bool { return s.Name == name && s.Used() })
	if i >= 0 {
		return connect.ScopeIn(all[i]), true, nil
	}
	scope, err = connect.ParseScope(name)
	return scope, false, err
}

// absorbAll takes into the ledger what the unfinished runs of a scope did: they lead to
// the old address. It returns how many runs there were.
func absorbAll(ctx context.Context, c *config.Config, l *ledger.Ledger, scope journal.Scope) (int, error) {
	left, err := history.Unfinished(c.Output.RunsDir, scope, c.LedgerName())
	if err != nil {
		return 0, err
	}
	for _, r := range left {
		if r.Running {
			return 0, &history.RunningError{Run: r.ID}
		}
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return 0, err
		}
		if err := r.Absorb(ctx, l, movedBy); err != nil {
			return 0, err
		}
	}
	return len(left), nil
}
