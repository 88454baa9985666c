package entries

import (
	"context"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/ledger/rowset"
)

// FindShared looks for users whose key of the API another id has, too; from then on Lookup
// and Rows say who they are. Only an earlier version or a person can have brought that
// about. It reads an index from end to end: call it once, for an API that makes its own
// keys, while no run of the scope is in progress.
func (v *Reader) FindShared(ctx context.Context) error {
	num, err := v.Num(ctx)
	if err != nil {
		return err
	}
	shared := &rowset.Set{}
	if num != 0 {
		err = findShared(ctx, v, num, shared)
	}
	if err == nil {
		v.shared.Store(shared)
	}
	return err
}

func findShared(ctx context.Context, v *Reader, num int64, into *rowset.Set) error {
	rows, err := v.DB.Query(ctx, v.DB.Read, `SELECT num FROM usersync_entry WHERE scope = ? AND remote <> '' AND remote IN
		(SELECT remote FROM usersync_entry WHERE scope = ? AND remote <> '' GROUP BY remote HAVING COUNT(*) > 1)`, num, num)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var entry int64
		if err := rows.Scan(&entry); err != nil {
			return err
		}
		into.Add(scope.Row(entry))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// isShared reports whether FindShared has found the user with the number.
func (v *Reader) isShared(num int64) bool {
	shared := v.shared.Load()
	return shared != nil && shared.Has(scope.Row(num))
}
