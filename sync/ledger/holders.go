package ledger

import (
	"context"
	"fmt"
)

// HoldersOf returns, by remote key, the ids of the scope that have one of the given
// keys. An empty key is nobody's. It sees what is marked.
func (l *Ledger) HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error) {
	held := map[string][]string{}
	scope, err := l.scopeNum(ctx)
	if err != nil || scope == 0 {
		return held, failed("look for keys of the API in the ledger", err)
	}
	for _, remote := range remotes {
		if err := l.holders(ctx, scope, remote, held); err != nil {
			return nil, failed("look for keys of the API in the ledger", err)
		}
	}
	return held, nil
}

func (l *Ledger) holders(ctx context.Context, scope int64, remote string, held map[string][]string) error {
	rows, err := l.db.Query(ctx, l.db.Read, `SELECT e.id FROM usersync_entry e WHERE e.scope = ? AND e.remote = ? AND e.remote <> ''`, scope, remote)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read a holder: %w", err)
		}
		held[remote] = append(held[remote], id)
	}
	return rows.Err()
}
