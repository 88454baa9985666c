package ledger

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Place is the parts of a scope's name.
type Place struct {
	Destination string
	Base        string // the normalized base URL; empty in scopes from before it was stored
	Account     string // may be empty
}

// Scope is one scope of the database, of this destination or another.
type Scope struct {
	Name string
	Place
	Entries bool // it holds users, or remembers deleted ones
	Open    bool // a run of it is in progress or was killed: what it did last may be missing
}

// Used reports whether users may have been sent to the scope. One that was only locked,
// or whose runs certainly delivered no one, is not.
func (s Scope) Used() bool { return s.Entries || s.Open }

// What makes a scope, s, used.
const (
	scopeEntries = `(EXISTS (SELECT 1 FROM usersync_entry e WHERE e.scope = s.num) OR EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = s.num))`
	scopeOpen    = `EXISTS (SELECT 1 FROM usersync_run r WHERE r.scope = s.num AND r.state = '` + string(RunOpen) + `')`
)

// Scopes lists the scopes of a destination by name, or of all destinations if it is empty.
func (a Admin) Scopes(ctx context.Context, destination string) ([]Scope, error) {
	rows, err := a.l.db.Query(ctx, a.l.db.Read, `SELECT s.name, s.destination, s.base, s.account, `+scopeEntries+`, `+scopeOpen+`
		FROM usersync_scope s WHERE ? IN ('', s.destination) ORDER BY s.name`, destination)
	if err != nil {
		return nil, failed("list the scopes in the ledger", err)
	}
	defer rows.Close()
	var all []Scope
	for rows.Next() {
		var s Scope
		if err := rows.Scan(&s.Name, &s.Destination, &s.Base, &s.Account, &s.Entries, &s.Open); err != nil {
			return nil, failed("list the scopes in the ledger", err)
		}
		all = append(all, s)
	}
	return all, failed("list the scopes in the ledger", rows.Err())
}

// ScopeError says why a scope cannot be moved. Nothing was changed.
type ScopeError struct{ What string }

// Error is What.
func (e *ScopeError) Error() string { return "move the scope: " + e.What }

// MoveScope gives the scope a new name and place, after the address of the account has
// changed. Its users, runs and rules stay. Both scopes must be locked: this one by the
// ledger, the other by the caller. It fails with a *ScopeError if the other scope is in
// use already.
func (a Admin) MoveScope(ctx context.Context, name string, to Place) error {
	from := a.l.options.Scope
	if name == from {
		return &ScopeError{"the old name and the new one are the same"}
	}
	err := a.l.change(ctx, func(t *transaction) error { return t.moveScope(from, name, to) })
	if _, refused := errors.AsType[*ScopeError](err); refused {
		return err
	}
	if err != nil {
		return failed("move the scope", err)
	}
	a.l.options.Scope, a.l.options.Place = name, to
	return nil
}

func (t *transaction) moveScope(from, name string, to Place) error {
	db := t.l.db
	var used bool
	if err := db.QueryRow(t, t.tx, `SELECT EXISTS (SELECT 1 FROM usersync_scope s WHERE s.name = ? AND (`+scopeEntries+` OR `+scopeOpen+`))`, name).Scan(&used); err != nil {
		return err
	}
	if used {
		return &ScopeError{fmt.Sprintf("%q is already in use; two scopes cannot be merged", name)}
	}
	if _, err := db.Exec(t, t.tx, `UPDATE usersync_run SET scope = ? WHERE scope IN (SELECT num FROM usersync_scope WHERE name = ?)`, t.scope, name); err != nil {
		return err
	}
	if _, err := db.Exec(t, t.tx, `DELETE FROM usersync_scope WHERE name = ?`, name); err != nil {
		return err
	}
	if _, err := db.Exec(t, t.tx, `UPDATE usersync_scope SET name = ?, destination = ?, base = ?, account = ? WHERE num = ?`,
		name, to.Destination, to.Base, to.Account, t.scope); err != nil {
		return err
	}
	for _, kind := range []string{rulesPrefix, unchangedPrefix} {
		if err := t.renameMeta(kind+from+"|", kind+name+"|"); err != nil {
			return err
		}
	}
	return nil
}

// renameMeta replaces a prefix in the names of all values that have it.
func (t *transaction) renameMeta(from, to string) error {
	rows, err := t.l.db.Query(t, t.tx, `SELECT name FROM usersync_meta WHERE substr(name, 1, ?) = ?`, int64(utf8.RuneCountInString(from)), from)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names = append(names, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := t.l.db.Exec(t, t.tx, `UPDATE usersync_meta SET name = ? WHERE name = ?`, to+name[len(from):], name); err != nil {
			return err
		}
	}
	return nil
}
