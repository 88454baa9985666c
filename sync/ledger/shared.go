package ledger

import (
	"context"

	"usersync/sync/ledger/rowset"
)

// FindShared looks for users whose key of the API another id has, too; from then on Look
// and Rows say who they are. Only an earlier version or a person can have brought that
// about. It reads an index from end to end: call it once, for an API that makes its own
// keys, while no run of the scope is in progress.
func (i Identities) FindShared(ctx context.Context) error {
	shared := &rowset.Set{}
	if err := i.l.findShared(ctx, shared); err != nil {
		return failed("look for keys of the API that two ids have", err)
	}
	i.l.shared.Store(shared)
	return nil
}

func (v *view) findShared(ctx context.Context, into *rowset.Set) error {
	scope, err := v.scopeNum(ctx)
	if err != nil || scope == 0 {
		return err
	}
	rows, err := v.db.Query(ctx, v.db.Read, `SELECT num FROM usersync_entry WHERE scope = ? AND remote <> '' AND remote IN
		(SELECT remote FROM usersync_entry WHERE scope = ? AND remote <> '' GROUP BY remote HAVING COUNT(*) > 1)`, scope, scope)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var num int64
		if err := rows.Scan(&num); err != nil {
			return err
		}
		into.Add(rowOf(num))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// isShared reports whether FindShared has found the user with the number.
func (v *view) isShared(num int64) bool {
	shared := v.shared.Load()
	return shared != nil && shared.Has(rowOf(num))
}
