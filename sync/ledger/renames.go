package ledger

import (
	"context"
	"errors"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/rename"
)

// Renaming gives a user a new id.
type Renaming = rename.Pair

// RenameError says why users cannot be renamed. Nothing was changed. It holds no id.
type RenameError = rename.Error

// Rename gives users new ids, all or none, and all at once: one pair may use the id that
// another pair frees. Their fingerprints are removed, so each user is sent once more under
// the new id; the API's keys stay. A user without a key of the API cannot be renamed,
// because the API knows such a user by the id itself. If both ids have the same key, the
// new one keeps it and the old one is removed.
func (a Admin) Rename(ctx context.Context, pairs []Renaming) error {
	err := a.l.change(ctx, func(t change.Writer) error { return rename.Apply(t, pairs) })
	if _, refused := errors.AsType[*RenameError](err); refused {
		return err
	}
	return failed("rename users in the ledger", err)
}
