package ledger

import (
	"context"
	"time"

	"usersync/sync/ledger/internal/change"
)

// DeletionsKept is how long a deletion is remembered, by the clock of the machine that
// recorded it.
const DeletionsKept = change.DeletionsKept

// Deletion is a user whose deletion the API confirmed, and who was not created again
// since.
type Deletion struct {
	Remote string // the key that the API had assigned; may be empty
	Run    string
	Record int
	At     time.Time
}

// Deleted returns the remembered deletions of the given ids, by id.
func (i Identities) Deleted(ctx context.Context, ids []string) (map[string]Deletion, error) {
	found := map[string]Deletion{}
	err := i.l.entries.InChunks(ctx, ids, func(scope int64, list any) error {
		rows, err := i.l.entries.DB.Query(ctx, i.l.entries.DB.Read, `SELECT d.id, d.remote, r.name, d.record, d.at FROM `+i.l.entries.DB.IDs+`
			JOIN usersync_deleted d ON d.id = j.id JOIN usersync_run r ON r.num = d.run WHERE d.scope = ? AND d.at > ?`,
			list, scope, time.Now().Add(-DeletionsKept).UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			var d Deletion
			var at int64
			if err := rows.Scan(&id, &d.Remote, &d.Run, &d.Record, &at); err != nil {
				return err
			}
			d.At = time.UnixMilli(at)
			found[id] = d
		}
		return rows.Err()
	})
	if err != nil {
		return nil, failed("look up deletions in the ledger", err)
	}
	return found, nil
}

// AreDeleted returns those of the ids whose deletion is remembered.
func (i Identities) AreDeleted(ctx context.Context, ids []string) (map[string]bool, error) {
	found, err := i.Deleted(ctx, ids)
	if len(found) == 0 {
		return nil, err
	}
	are := make(map[string]bool, len(found))
	for id := range found {
		are[id] = true
	}
	return are, err
}

// WasDeleted reports whether a deletion of the id is remembered.
func (i Identities) WasDeleted(ctx context.Context, id string) (bool, error) {
	found, err := i.Deleted(ctx, []string{id})
	_, deleted := found[id]
	return deleted, err
}
