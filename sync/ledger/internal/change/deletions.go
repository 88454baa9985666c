package change

import "time"

// DeletionsKept is how long a deletion is remembered, by the clock of the machine that
// recorded it.
const DeletionsKept = 90 * 24 * time.Hour

// saveDeletions records the confirmed deletions among changed, and forgets those of users
// who were added.
func (t Writer) saveDeletions(changed []Stored, added []string) error {
	if err := t.ForgetDeletions(added); err != nil {
		return err
	}
	now := time.Now().UnixMilli()
	for i := range changed {
		s := &changed[i]
		if !s.deleted {
			continue
		}
		t.Deletions = true
		_, err := t.Exec(`INSERT INTO usersync_deleted (scope, id, remote, run, record, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (scope, id) DO UPDATE SET remote = excluded.remote, run = excluded.run, record = excluded.record, at = excluded.at`,
			t.ID, s.ID, s.Remote, s.Run, s.Record, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// ForgetDeletions forgets the deletions of the given ids. It makes no query if the scope remembers no deletions, as when a ledger
// is filled for the first time.
func (t Writer) ForgetDeletions(ids []string) error {
	if len(ids) == 0 || !t.Deletions {
		return nil
	}
	list, err := t.DB.List(ids)
	if err != nil {
		return err
	}
	_, err = t.Exec(`DELETE FROM usersync_deleted WHERE `+t.DB.AmongIDs+` AND scope = ?`, list, t.ID)
	return err
}

// ForgetOldDeletions forgets the deletions that are older than DeletionsKept.
func (t Writer) ForgetOldDeletions() error {
	_, err := t.Exec(`DELETE FROM usersync_deleted WHERE scope = ? AND at <= ?`, t.ID, time.Now().Add(-DeletionsKept).UnixMilli())
	return err
}
