package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Place is what a scope is called by its parts.
type Place struct {
	Destination string
	Base        string // the base URL, normalised; empty for a scope from before it was kept
	Account     string // may be empty
}

// Scope is a scope of the database, of this destination or another.
type Scope struct {
	Name string
	Place
	Entries bool // it holds users, or remembers deleted ones
	Open    bool // a run of it is in progress or was killed: what it did last may be missing
}

// Used reports whether users may have been sent to the scope. One that was only locked,
// or whose runs certainly reached nobody, is not.
func (s Scope) Used() bool { return s.Entries || s.Open }

// What makes a scope, s, used.
const (
	scopeEntries = `(EXISTS (SELECT 1 FROM usersync_entry e WHERE e.scope = s.num) OR EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = s.num))`
	scopeOpen    = `EXISTS (SELECT 1 FROM usersync_run r WHERE r.scope = s.num AND r.state = '` + string(StateOpen) + `')`
)

// Scopes lists the scopes of a destination, by name; of all, if destination is empty.
func (a Admin) Scopes(ctx context.Context, destination string) ([]Scope, error) {
	rows, err := a.l.db.Query(ctx, a.l.db.Read, `SELECT s.name, s.destination, s.base, s.account, `+scopeEntries+`, `+scopeOpen+`
		FROM usersync_scope s WHERE ? IN ('', s.destination) ORDER BY s.name`, destination)
	if err != nil {
		return nil, failed("list the scopes of the ledger", err)
	}
	defer rows.Close()
	var all []Scope
	for rows.Next() {
		var s Scope
		if err := rows.Scan(&s.Name, &s.Destination, &s.Base, &s.Account, &s.Entries, &s.Open); err != nil {
			return nil, failed("list the scopes of the ledger", err)
		}
		all = append(all, s)
	}
	return all, failed("list the scopes of the ledger", rows.Err())
}

// ScopeError says why a scope cannot be moved. Nothing was changed.
type ScopeError struct{ What string }

// Error is What.
func (e *ScopeError) Error() string { return "move the scope: " + e.What }

// MoveScope gives the scope another name and place: the same account has got another
// address. Its users, runs and rules stay. Both scopes must be locked: this one by the
// ledger, and the other by its caller. Where the other one holds users already, it is
// a *ScopeError.
func (a Admin) MoveScope(ctx context.Context, name string, to Place) error {
	from := a.l.options.Scope
	if name == from {
		return &ScopeError{"the old name and the new one are the same"}
	}
	err := a.l.change(ctx, func(w *writing) error { return w.moveScope(from, name, to) })
	if _, refused := errors.AsType[*ScopeError](err); refused {
		return err
	}
	if err != nil {
		return failed("move the scope", err)
	}
	a.l.options.Scope, a.l.options.Place = name, to
	return nil
}

func (w *writing) moveScope(from, name string, to Place) error {
	db := w.l.db
	var used bool
	if err := db.QueryRow(w, w.tx, `SELECT EXISTS (SELECT 1 FROM usersync_scope s WHERE s.name = ? AND (`+scopeEntries+` OR `+scopeOpen+`))`, name).Scan(&used); err != nil {
		return err
	}
	if used {
		return &ScopeError{fmt.Sprintf("%q is in use already; two scopes cannot be made one", name)}
	}
	if _, err := db.Exec(w, w.tx, `UPDATE usersync_run SET scope = ? WHERE scope IN (SELECT num FROM usersync_scope WHERE name = ?)`, w.scope, name); err != nil {
		return err
	}
	if _, err := db.Exec(w, w.tx, `DELETE FROM usersync_scope WHERE name = ?`, name); err != nil {
		return err
	}
	if _, err := db.Exec(w, w.tx, `UPDATE usersync_scope SET name = ?, destination = ?, base = ?, account = ? WHERE num = ?`,
		name, to.Destination, to.Base, to.Account, w.scope); err != nil {
		return err
	}
	for _, kind := range []string{rulesPrefix, unchangedPrefix} {
		if err := w.renameMeta(kind+from+"|", kind+name+"|"); err != nil {
			return err
		}
	}
	return nil
}

// renameMeta gives all values whose names begin with a text another beginning.
func (w *writing) renameMeta(from, to string) error {
	rows, err := w.l.db.Query(w, w.tx, `SELECT name FROM usersync_meta WHERE name > ? AND name < ?`, from, from+"\U0010ffff")
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
		if strings.HasPrefix(name, from) {
			names = append(names, name)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := w.l.db.Exec(w, w.tx, `UPDATE usersync_meta SET name = ? WHERE name = ?`, to+name[len(from):], name); err != nil {
			return err
		}
	}
	return nil
}
