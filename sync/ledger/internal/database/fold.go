package database

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"usersync/sync/identity"
)

// foldMeta is the name under which the version of identity.Fold is stored that made the
// folded ids.
const foldMeta = "fold"

// foldedAtOnce is how many entries are folded at a time.
const foldedAtOnce = 10_000

// Folded is the form that ids that look alike share; empty if it is the id itself.
func Folded(id string) string {
	if folded := identity.Fold(id); folded != id {
		return folded
	}
	return ""
}

func (db *DB) isFolded(ctx context.Context, q Querier) bool {
	by, _, err := db.Meta(ctx, q, foldMeta)
	return err == nil && by == strconv.Itoa(identity.FoldVersion)
}

// fold folds all ids, unless this version of identity.Fold has done so already.
func (db *DB) fold(ctx context.Context, q Querier) error {
	if db.isFolded(ctx, q) {
		return nil
	}
	for after := int64(-1); ; {
		n, last, err := db.foldSome(ctx, q, after)
		if err != nil {
			return fmt.Errorf("fold ids: %w", err)
		}
		if after = last; n < foldedAtOnce {
			return db.SetMeta(ctx, q, foldMeta, strconv.Itoa(identity.FoldVersion))
		}
	}
}

// foldSome folds the ids of the next entries after a number. It returns how many
// there were, and the last of them.
func (db *DB) foldSome(ctx context.Context, q Querier, after int64) (n int, last int64, err error) {
	rows, err := db.Query(ctx, q, `SELECT num, id, COALESCE(folded, '') FROM usersync_entry WHERE num > ? ORDER BY num LIMIT ?`, after, foldedAtOnce)
	if err != nil {
		return 0, after, err
	}
	defer rows.Close()
	changed := map[int64]string{}
	for ; rows.Next(); n++ {
		var id, was string
		if err := rows.Scan(&last, &id, &was); err != nil {
			return 0, after, err
		}
		if now := Folded(id); now != was {
			changed[last] = now
		}
	}
	if err := rows.Err(); err != nil {
		return 0, after, err
	}
	for num, folded := range changed {
		if _, err := db.Exec(ctx, q, `UPDATE usersync_entry SET folded = NULLIF(?, '') WHERE num = ?`, folded, num); err != nil {
			return 0, after, err
		}
	}
	return n, last, nil
}

// nameScopes splits the names of scopes into destination and account, as schema 1
// composed them: destination, host and account. The base URL is unknown.
func (db *DB) nameScopes(ctx context.Context, q Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT num, name FROM usersync_scope`)
	if err != nil {
		return err
	}
	defer rows.Close()
	names := map[int64]string{}
	for rows.Next() {
		var num int64
		var name string
		if err := rows.Scan(&num, &name); err != nil {
			return err
		}
		names[num] = name
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for num, name := range names {
		destination, rest, _ := strings.Cut(name, "|")
		_, account, _ := strings.Cut(rest, "|")
		if _, err := db.Exec(ctx, q, `UPDATE usersync_scope SET destination = ?, account = ? WHERE num = ?`, destination, account, num); err != nil {
			return err
		}
	}
	return nil
}
