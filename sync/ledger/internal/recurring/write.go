package recurring

import (
	"time"
	"unicode/utf8"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/ledger/internal/scope"
)

const (
	into    = `INSERT INTO usersync_recurring (scope, feed, id, hash, status, code, runs, run, counted, first, last, sent)`
	columns = 12
)

// The streak of a row continues while it ends with the same code.
const (
	same   = `usersync_recurring.status = excluded.status AND usersync_recurring.code = excluded.code`
	merged = ` ON CONFLICT (scope, feed, id, hash) DO UPDATE SET
		runs = COALESCE(CASE WHEN ` + same + ` THEN usersync_recurring.runs END, 0),
		first = COALESCE(CASE WHEN ` + same + ` THEN usersync_recurring.first END, excluded.first),
		counted = COALESCE(NULLIF(excluded.counted, 0), usersync_recurring.counted),
		sent = COALESCE(NULLIF(excluded.sent, 0), usersync_recurring.sent),
		status = excluded.status, code = excluded.code, run = excluded.run, last = excluded.last`
	replaced = ` ON CONFLICT (scope, feed, id, hash) DO UPDATE SET
		runs = excluded.runs, first = excluded.first, counted = excluded.counted, sent = excluded.sent,
		status = excluded.status, code = excluded.code, run = excluded.run, last = excluded.last`
)

// Record merges what a run has met, in its order. Recording the same twice is harmless:
// Count counts a run once.
func Record(t *scope.Tx, run string, met []Met) error {
	over, last := folded(met)
	if err := forget(t, over, ` AND feed = ?`, t.To); err != nil || len(last) == 0 {
		return err
	}
	num, err := t.NumberOf(t.Runs, run)
	if err != nil {
		return err
	}
	rows := make([]any, 0, columns*len(last))
	for i := range last {
		m := &last[i]
		var counted, sent int64
		if m.Uncounted {
			counted = num
		}
		if m.Sent {
			sent = m.At.UnixMilli()
		}
		rows = append(rows, t.ID, t.To, m.ID, m.Hash, string(m.Status), m.Code, int64(0), num, counted, m.At.UnixMilli(), m.At.UnixMilli(), sent)
	}
	return put(t, rows, merged)
}

// put writes the values of rows, one row after the other.
func put(t *scope.Tx, values []any, conflict string) error {
	if len(values) == 0 {
		return nil
	}
	return t.DB.Insert(t, t.SQL, database.Insertion{Into: into, Columns: columns, Conflict: conflict}, values)
}

// Count counts a run that has finished, for the rows that it has tried, and forgets earlier
// versions of the rows of the same users, and rows that no run has met for long.
func Count(t *scope.Tx, run string, now time.Time) error {
	num, err := t.NumberOf(t.Runs, run)
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE usersync_recurring SET runs = runs + 1, counted = ? WHERE scope = ? AND feed = ? AND run = ? AND counted <> ?`,
		num, t.ID, t.To, num, num); err != nil {
		return err
	}
	// On most nights all rows are of this run, and none is asked whether its user has another.
	if _, err := t.Exec(`DELETE FROM usersync_recurring WHERE scope = ? AND feed = ? AND run <> ? AND id <> '' AND EXISTS
		(SELECT 1 FROM usersync_recurring m WHERE m.scope = ? AND m.feed = ? AND m.id = usersync_recurring.id AND m.run = ?)`,
		t.ID, t.To, num, t.ID, t.To, num); err != nil {
		return err
	}
	_, err = t.Exec(`DELETE FROM usersync_recurring WHERE scope = ? AND last < ?`, t.ID, now.Add(-Kept).UnixMilli())
	return err
}

// Forget forgets the rows of ids, in all feeds.
func Forget(t *scope.Tx, ids []string) error { return forget(t, ids, ``) }

// Erase forgets the rows of an id, in all feeds, and those without an id, which may be of
// the same person.
func Erase(t *scope.Tx, id string) error {
	_, err := t.Exec(`DELETE FROM usersync_recurring WHERE scope = ? AND id IN ('', ?)`, t.ID, id)
	return err
}

func forget(t *scope.Tx, ids []string, where string, args ...any) error {
	if len(ids) == 0 || !t.Recurring {
		return nil
	}
	list, err := t.DB.List(ids)
	if err != nil {
		return err
	}
	_, err = t.Exec(`DELETE FROM usersync_recurring WHERE `+t.DB.AmongIDs+` AND scope = ?`+where, append([]any{list, t.ID}, args...)...)
	return err
}

// Restore writes rows unchanged, and replaces those that are there. It leaves out a row if
// there was a later run of its feed, by the order of this ledger: that run knows better, and
// may have settled the user.
func Restore(t *scope.Tx, all []Row) error {
	var rows []any
	over := map[[2]string]bool{}
	last := lastOf(all)
	for i := range all {
		r := &all[i]
		feed, err := t.FeedNumber(r.Feed)
		if err != nil {
			return err
		}
		by := [2]string{r.Feed, r.Run}
		if _, asked := over[by]; !asked {
			if over[by], err = ranSince(t, feed, r.Run); err != nil {
				return err
			}
		}
		if over[by] || last[keyOf(r)] != i {
			continue
		}
		sent := int64(0)
		if !r.Sent.IsZero() {
			sent = r.Sent.UnixMilli()
		}
		rows = append(rows, t.ID, feed, r.ID, r.Hash, string(r.Status), r.Code, int64(r.Runs), int64(0), int64(0), r.First.UnixMilli(), r.Last.UnixMilli(), sent)
	}
	return put(t, rows, replaced)
}

// ranSince reports whether there was a run of the feed later than the run with a name. Every
// run is later than one that was not made with this ledger. The other shards of a run are not
// later than one of them.
func ranSince(t *scope.Tx, feed int64, run string) (later bool, err error) {
	main := registry.Main(run)
	shards := registry.Shards(main)
	err = t.DB.QueryRow(t, t.SQL, `SELECT EXISTS (SELECT 1 FROM usersync_run r WHERE r.scope = ? AND r.feed = ?
		AND r.name <> ? AND substr(r.name, 1, ?) <> ?
		AND r.num > COALESCE((SELECT u.num FROM usersync_run u WHERE u.name = ? AND u.scope = ?), 0))`,
		t.ID, feed, main, int64(utf8.RuneCountInString(shards)), shards, run, t.ID).Scan(&later)
	return later, err
}

// key is what a row is known by.
type key struct {
	feed, id string
	hash     int64
}

func keyOf(r *Row) key { return key{r.Feed, r.ID, r.Hash} }

// lastOf returns where each row is last: one statement cannot write a row twice.
func lastOf(all []Row) map[key]int {
	last := make(map[key]int, len(all))
	for i := range all {
		last[keyOf(&all[i])] = i
	}
	return last
}
