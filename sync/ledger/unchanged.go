package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/ledger/rowset"
)

// Users who are unchanged are not written: that would cost a night without
// changes more than all else. Instead each finished run keeps whom it saw so, as
// a bit for each row.

const unchangedPrefix = "unchanged|"

// mostKept is how many runs are remembered so. One that saw nobody whom a later
// one has not seen too is forgotten at once, so that there are rarely more than a
// few.
const mostKept = 16

// KeepUnchanged keeps the rows that a finished run saw unchanged.
func (l *Ledger) KeepUnchanged(ctx context.Context, run string, seen *rowset.Set) error {
	if seen.Len() == 0 {
		return nil
	}
	text, err := seen.Pack()
	if err == nil {
		err = l.change(ctx, func(w *writing) error { return w.keepUnchanged(run, text, seen) })
	}
	return failed("keep in the ledger who is unchanged", err)
}

func (w *writing) keepUnchanged(run, text string, seen *rowset.Set) error {
	kept, err := w.l.unchanged(w, w.tx)
	if err == nil {
		_, err = w.num(w.l.runs, run) // runs are kept in the order of their numbers
	}
	if err != nil {
		return err
	}
	for i, k := range kept { // the newest first
		if k.Run == run || i >= mostKept-1 || seen.Contains(k.Rows) {
			if _, err := w.l.db.Exec(w, w.tx, `DELETE FROM usersync_meta WHERE name = ?`, w.l.unchangedName(k.Run)); err != nil {
				return err
			}
		}
	}
	_, err = w.l.db.Exec(w, w.tx, `INSERT INTO usersync_meta (name, value) VALUES (?, ?)`, w.l.unchangedName(run), text)
	return err
}

// Unchanged is whom a run saw unchanged.
type Unchanged struct {
	Run  string
	Rows *rowset.Set
}

// Unchanged returns that for the runs of the scope of which it is remembered,
// the newest first, by the ledger's own order of runs.
func (l *Ledger) Unchanged(ctx context.Context) ([]Unchanged, error) {
	all, err := l.unchanged(ctx, l.db.Read)
	if err != nil {
		return nil, failed("read from the ledger who is unchanged", err)
	}
	return all, nil
}

func (v *view) unchanged(ctx context.Context, q database.Querier) (all []Unchanged, err error) {
	prefix := v.unchangedName("")
	rows, err := v.db.Query(ctx, q, `SELECT name, value FROM usersync_meta WHERE substr(name, 1, ?) = ?`,
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
	return all, v.newestFirst(ctx, q, all)
}

func (v *view) newestFirst(ctx context.Context, q database.Querier, all []Unchanged) error {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Run
	}
	scope, err := v.scopeNum(ctx)
	if err != nil {
		return err
	}
	known, err := registry.Find(ctx, v.db, q, scope, names)
	slices.SortFunc(all, func(a, b Unchanged) int {
		return cmp.Or(cmp.Compare(known[b.Run].Order, known[a.Run].Order), cmp.Compare(b.Run, a.Run))
	})
	return err
}

func (v *view) unchangedName(run string) string { return unchangedPrefix + v.options.Scope + "|" + run }
