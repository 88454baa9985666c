package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/ledger/rowset"
)

// No entry is written for an unchanged user: in a night without changes that would cost
// more than everything else. Instead, each finished run keeps the set of unchanged users
// as one bit per row.

const unchangedPrefix = "unchanged|"

// maxKept is how many runs keep their set. A set that a later run's set contains is
// removed at once, so there are rarely more than a few.
const maxKept = 16

// KeepUnchanged keeps the rows that a finished run saw unchanged. The shards of a run keep one
// set.
func (r Runs) KeepUnchanged(ctx context.Context, run string, seen *rowset.Set) error {
	if seen.Len() == 0 {
		return nil
	}
	err := r.l.change(ctx, func(t change.Writer) error { return r.keepUnchanged(t, MainRun(run), seen) })
	return failed("save the unchanged users in the ledger", err)
}

func (r Runs) keepUnchanged(t change.Writer, run string, seen *rowset.Set) error {
	kept, err := r.unchanged(t, t.SQL)
	if err == nil {
		_, err = t.NumberOf(t.Runs, run) // the order of runs is that of their numbers
	}
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.Run == run { // another shard, or the same one before
			k.Rows.AddAll(seen)
			seen = k.Rows
		}
	}
	text, err := seen.Pack()
	if err != nil {
		return err
	}
	for i, k := range kept { // the newest first
		if k.Run == run || i >= maxKept-1 || seen.Contains(k.Rows) {
			if _, err := t.Exec(`DELETE FROM usersync_meta WHERE name = ?`, r.unchangedName(k.Run)); err != nil {
				return err
			}
		}
	}
	_, err = t.Exec(`INSERT INTO usersync_meta (name, value) VALUES (?, ?)`, r.unchangedName(run), text)
	return err
}

// Unchanged is the users that a run found unchanged.
type Unchanged struct {
	Run  string
	Rows *rowset.Set
}

// Unchanged returns the sets that are kept for the scope, the newest run first, in the
// ledger's own order of runs.
func (r Runs) Unchanged(ctx context.Context) ([]Unchanged, error) {
	all, err := r.unchanged(ctx, r.l.entries.DB.Read)
	if err != nil {
		return nil, failed("read the unchanged users from the ledger", err)
	}
	return all, nil
}

func (r Runs) unchanged(ctx context.Context, q database.Querier) (all []Unchanged, err error) {
	prefix := r.unchangedName("")
	rows, err := r.l.entries.DB.Query(ctx, q, `SELECT name, value FROM usersync_meta WHERE substr(name, 1, ?) = ?`,
		int64(utf8.RuneCountInString(prefix)), prefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		seen, err := rowset.Unpack(text)
		if err != nil {
			return nil, err
		}
		all = append(all, Unchanged{name[len(prefix):], seen})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return all, r.newestFirst(ctx, q, all)
}

func (r Runs) newestFirst(ctx context.Context, q database.Querier, all []Unchanged) error {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Run
	}
	scope, err := r.l.entries.Num(ctx)
	if err != nil {
		return err
	}
	known, err := registry.Find(ctx, r.l.entries.DB, q, scope, names)
	slices.SortFunc(all, func(a, b Unchanged) int {
		return cmp.Or(cmp.Compare(known[b.Run].Order, known[a.Run].Order), cmp.Compare(b.Run, a.Run))
	})
	return err
}

func (r Runs) unchangedName(run string) string {
	return unchangedPrefix + r.l.entries.Name + "|" + run
}
