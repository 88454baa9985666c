package ledger

import (
	"context"
	"errors"
	"strconv"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/database"
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
	return failedRename(a.l.change(ctx, func(t change.Writer) error { return rename.Apply(t, pairs) }))
}

func failedRename(err error) error {
	if _, refused := errors.AsType[*RenameError](err); refused {
		return err
	}
	return failed("rename users in the ledger", err)
}

// Rename gives a user the id of a record of a run, as Admin.Rename does. The entry then
// names the run and the record, so that the run recognizes the user if it is continued
// before it has an outcome for the record. A pending entry of the new id is replaced if it
// has no key: its create has led to the user.
func (r Runs) Rename(ctx context.Context, run string, record int, pair Renaming) error {
	return failedRename(r.l.change(ctx, func(t change.Writer) error {
		n, err := renamedBy(t, t.DB, t.SQL, r.renamesName(run))
		if err != nil {
			return err
		}
		if err := rename.ApplyFor(t, pair, run, record); err != nil {
			return err
		}
		return t.DB.SetMeta(t, t.SQL, r.renamesName(run), strconv.Itoa(n+1))
	}))
}

// Renamed returns how many users a run has renamed that is not over.
func (r Runs) Renamed(ctx context.Context, run string) (int, error) {
	n, err := renamedBy(ctx, r.l.entries.DB, r.l.entries.DB.Read, r.renamesName(run))
	return n, failed("count renamed users in the ledger", err)
}

// renamesPrefix is followed by a scope and a run that is not over.
const renamesPrefix = "renames|"

func (r Runs) renamesName(run string) string {
	return renamesPrefix + r.l.entries.Name + "|" + run
}

func renamedBy(ctx context.Context, db *database.DB, q database.Querier, name string) (int, error) {
	text, known, err := db.Meta(ctx, q, name)
	if err != nil || !known {
		return 0, err
	}
	return strconv.Atoi(text)
}

// forgetRenames forgets how many users a run has renamed, which is over.
func forgetRenames(t change.Writer, run string) error {
	_, err := t.Exec(`DELETE FROM usersync_meta WHERE name = ?`, renamesPrefix+t.Name+"|"+run)
	return err
}
