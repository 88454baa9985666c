package view

import (
	"context"

	"usersync/sync/destination/attested"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Memory is the ledger as proof that a user to delete is absent.
type Memory struct{ *ledger.Ledger }

// Others returns users that the API is known to hold.
func (m Memory) Others(ctx context.Context, n int, skip func(id string) bool) ([]attested.Other, error) {
	rows, err := m.Identities().Others(ctx, n, skip)
	others := make([]attested.Other, len(rows))
	for i, row := range rows {
		others[i] = attested.Other{ID: row.ID, Remote: row.Remote}
	}
	return others, err
}

// WasDeleted reports whether a deletion of the user is remembered.
func (m Memory) WasDeleted(ctx context.Context, id string) (bool, error) {
	return m.Identities().WasDeleted(ctx, id)
}

// Knew reports whether the ledger holds the user, or remembers their deletion.
func (m Memory) Knew(ctx context.Context, id string) (bool, error) {
	known, err := m.Lookup(ctx, []string{id})
	if err != nil || known[0].State != user.Absent {
		return err == nil, err
	}
	return m.WasDeleted(ctx, id)
}

// Mover is the ledger of a run that renames users.
type Mover struct {
	*ledger.Ledger
	Run string
}

// Rename gives a user of the ledger the id of a record.
func (m Mover) Rename(ctx context.Context, record int, pair ledger.Renaming) error {
	return m.Runs().Rename(ctx, m.Run, record, pair)
}

// Renamed returns how many users the run has renamed so far.
func (m Mover) Renamed(ctx context.Context) (int, error) { return m.Runs().Renamed(ctx, m.Run) }
