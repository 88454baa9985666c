package scope

import (
	"context"
	"errors"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/registry"
)

// Listed is one scope of a database, of any destination.
type Listed struct {
	Name string
	Place
	Entries bool // it holds users, or remembers deleted ones
	Open    bool // a run of it is in progress or was killed: what it did last may be missing
}

// Used reports whether users may have been sent to the scope. One that was only locked,
// or whose runs certainly delivered no one, is not.
func (s Listed) Used() bool { return s.Entries || s.Open }

// What makes a scope, s, used.
const (
	hasEntries = `(EXISTS (SELECT 1 FROM usersync_entry e WHERE e.scope = s.num) OR EXISTS (SELECT 1 FROM usersync_deleted d WHERE d.scope = s.num))`
	isOpen     = `EXISTS (SELECT 1 FROM usersync_run r WHERE r.scope = s.num AND r.state = '` + string(registry.Open) + `')`
)

// List lists the scopes of a destination by name, or of all destinations if it is empty.
func List(ctx context.Context, db *database.DB, destination string) (all []Listed, err error) {
	rows, err := db.Query(ctx, db.Read, `SELECT s.name, s.destination, s.base, s.account, `+hasEntries+`, `+isOpen+`
		FROM usersync_scope s WHERE ? IN ('', s.destination) ORDER BY s.name`, destination)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Listed
		if err := rows.Scan(&s.Name, &s.Destination, &s.Base, &s.Account, &s.Entries, &s.Open); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
