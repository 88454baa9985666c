package ledger

import (
	"context"
	"time"
)

// DeletionsKept is how long a deletion is remembered, by the clock of the machine that
// recorded it.
const DeletionsKept = 90 * 24 * time.Hour

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
	err := i.l.inChunks(ctx, ids, func(scope int64, list any) error {
		rows, err := i.l.db.Query(ctx, i.l.db.Read, `SELECT d.id, d.remote, r.name, d.record, d.at FROM `+i.l.db.IDs+`
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

// WasDeleted reports whether a deletion of the id is remembered.
func (i Identities) WasDeleted(ctx context.Context, id string) (bool, error) {
	found, err := i.Deleted(ctx, []string{id})
	_, deleted := found[id]
	return deleted, err
}

// saveDeletions records the confirmed deletions among changed, and forgets those of users
// who were added.
func (t *transaction) saveDeletions(changed []*stored, added []string) error {
	if err := t.forgetDeletions(added); err != nil {
		return err
	}
	now := time.Now().UnixMilli()
	for _, s := range changed {
		if !s.deleted {
			continue
		}
		t.deletions = true
		_, err := t.l.db.Exec(t, t.tx, `INSERT INTO usersync_deleted (scope, id, remote, run, record, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (scope, id) DO UPDATE SET remote = excluded.remote, run = excluded.run, record = excluded.record, at = excluded.at`,
			t.scope, s.ID, s.Remote, s.Run, s.Record, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetDeletions makes no query if the scope remembers no deletions, as when a ledger
// is filled for the first time.
func (t *transaction) forgetDeletions(ids []string) error {
	if len(ids) == 0 || !t.deletions {
		return nil
	}
	list, err := t.l.db.List(ids)
	if err != nil {
		return err
	}
	_, err = t.l.db.Exec(t, t.tx, `DELETE FROM usersync_deleted WHERE id IN (SELECT j.id FROM `+t.l.db.IDs+`) AND scope = ?`, list, t.scope)
	return err
}

func (t *transaction) forgetOldDeletions() error {
	_, err := t.l.db.Exec(t, t.tx, `DELETE FROM usersync_deleted WHERE scope = ? AND at <= ?`, t.scope, time.Now().Add(-DeletionsKept).UnixMilli())
	return err
}
