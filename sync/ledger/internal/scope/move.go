package scope

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Error says why a scope cannot be moved. Nothing was changed.
type Error struct{ What string }

// Error is What.
func (e *Error) Error() string { return "move the scope: " + e.What }

// Move gives the scope a new name and place in the database. Values whose names begin with
// one of the prefixes and the scope's name follow it. It fails with an *Error if a scope of
// that name is in use. Call Renamed once the transaction is committed.
func (t *Tx) Move(name string, to Place, prefixes ...string) error {
	var used bool
	if err := t.DB.QueryRow(t, t.SQL, `SELECT EXISTS (SELECT 1 FROM usersync_scope s WHERE s.name = ? AND (`+hasEntries+` OR `+isOpen+`))`, name).Scan(&used); err != nil {
		return err
	}
	if used {
		return &Error{fmt.Sprintf("%q is already in use; two scopes cannot be merged", name)}
	}
	if _, err := t.Exec(`UPDATE usersync_run SET scope = ? WHERE scope IN (SELECT num FROM usersync_scope WHERE name = ?)`, t.ID, name); err != nil {
		return err
	}
	// What the API refused at one address it may take at another.
	if _, err := t.Exec(`DELETE FROM usersync_recurring WHERE scope = ? OR scope IN (SELECT num FROM usersync_scope WHERE name = ?)`, t.ID, name); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM usersync_scope WHERE name = ?`, name); err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE usersync_scope SET name = ?, destination = ?, base = ?, account = ? WHERE num = ?`,
		name, to.Destination, to.Base, to.Account, t.ID); err != nil {
		return err
	}
	for _, prefix := range prefixes {
		if err := t.renameValues(prefix+t.Name+"|", prefix+name+"|"); err != nil {
			return err
		}
	}
	return nil
}

// renameValues replaces a prefix in the names of all values that have it.
func (t *Tx) renameValues(from, to string) error {
	rows, err := t.DB.Query(t, t.SQL, `SELECT name FROM usersync_meta WHERE substr(name, 1, ?) = ?`, int64(utf8.RuneCountInString(from)), from)
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
		if _, err := t.Exec(`UPDATE usersync_meta SET name = ? WHERE name = ?`, to+name[len(from):], name); err != nil {
			return err
		}
	}
	return nil
}

// Renamed takes over the name and place that Move has saved.
func (s *Scope) Renamed(name string, to Place) { s.Name, s.Place = name, to }
