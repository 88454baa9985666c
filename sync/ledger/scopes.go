package ledger

import (
	"context"
	"errors"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/scope"
)

// Place is the parts of a scope's name.
type Place = scope.Place

// Scope is one scope of the database, of this destination or another.
type Scope = scope.Listed

// ScopeError says why a scope cannot be moved. Nothing was changed.
type ScopeError = scope.Error

// Scopes lists the scopes of a destination by name, or of all destinations if it is empty.
func (a Admin) Scopes(ctx context.Context, destination string) ([]Scope, error) {
	all, err := scope.List(ctx, a.l.entries.DB, destination)
	return all, failed("list the scopes in the ledger", err)
}

// MoveScope gives the scope a new name and place, after the address of the account has
// changed. Its users, runs and rules stay. Both scopes must be locked: this one by the
// ledger, the other by the caller. It fails with a *ScopeError if the other scope is in
// use already.
func (a Admin) MoveScope(ctx context.Context, name string, to Place) error {
	if name == a.l.entries.Name {
		return &ScopeError{What: "the old name and the new one are the same"}
	}
	err := a.l.change(ctx, func(t change.Writer) error { return t.Move(name, to, rulesPrefix, unchangedPrefix, renamesPrefix) })
	if _, refused := errors.AsType[*ScopeError](err); refused {
		return err
	}
	if err != nil {
		return failed("move the scope", err)
	}
	a.l.entries.Renamed(name, to)
	return nil
}
