package ledger

import (
	"context"

	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// Stats are the figures of one feed of one scope.
type Stats struct {
	Scope      string
	Feed       string
	Generation int64
	Present    int
	Accepted   int // user.AcceptedLater
	Pending    int
}

// Stats counts the entries of all scopes in the database, by scope and feed. It reads
// every entry.
func (a Admin) Stats(ctx context.Context) ([]Stats, error) {
	rows, err := a.l.entries.DB.Query(ctx, a.l.entries.DB.Read, `SELECT s.name, COALESCE(f.name, '`+scope.SharedFeed+`'), s.generation,
		count(*) FILTER (WHERE e.standing = ?), count(*) FILTER (WHERE e.standing = ?), count(*) FILTER (WHERE e.standing = ?)
		FROM usersync_entry e JOIN usersync_scope s ON s.num = e.scope LEFT JOIN usersync_feed f ON f.num = e.feed
		GROUP BY 1, 2, 3 ORDER BY 1, 2`, int(user.Present), int(user.AcceptedLater), int(user.Pending))
	if err != nil {
		return nil, failed("count the users in the ledger", err)
	}
	defer rows.Close()
	var all []Stats
	for rows.Next() {
		var s Stats
		if err := rows.Scan(&s.Scope, &s.Feed, &s.Generation, &s.Present, &s.Accepted, &s.Pending); err != nil {
			return nil, failed("count the users in the ledger", err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, failed("count the users in the ledger", err)
	}
	return all, nil
}
