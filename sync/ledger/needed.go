package ledger

import (
	"context"
	"errors"
	"slices"
	"time"

	"usersync/sync/user"
)

// Needed says whose files a person may still ask for.
type Needed struct {
	// Runs are the names of the runs that left users pending.
	Runs []string
	// Sent is when rows that the API has refused ever since were last sent.
	Sent []time.Time
}

// Needed returns what users of all scopes of the database still need. It reads every entry.
func (r Runs) Needed(ctx context.Context) (n Needed, err error) {
	db := r.l.entries.DB
	rows, err := db.Query(ctx, db.Read, `SELECT DISTINCT u.name FROM usersync_entry e JOIN usersync_run u ON u.num = e.run WHERE e.standing = ?`, int(user.Pending))
	if err != nil {
		return n, failed("list the runs with pending users in the ledger", err)
	}
	defer rows.Close()
	for rows.Next() {
		var run string
		if err := rows.Scan(&run); err != nil {
			return n, failed("list the runs with pending users in the ledger", err)
		}
		if run = MainRun(run); !slices.Contains(n.Runs, run) { // whose files there are
			n.Runs = append(n.Runs, run)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return n, failed("list the runs with pending users in the ledger", err)
	}
	n.Sent, err = r.lastSent(ctx)
	return n, failed("list when recurring rejects were sent", err)
}

func (r Runs) lastSent(ctx context.Context) (all []time.Time, err error) {
	db := r.l.entries.DB
	rows, err := db.Query(ctx, db.Read, `SELECT DISTINCT sent FROM usersync_recurring WHERE sent > 0 AND status = ?`, string(user.Refused))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var sent int64
		if err := rows.Scan(&sent); err != nil {
			return nil, err
		}
		all = append(all, time.UnixMilli(sent))
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
