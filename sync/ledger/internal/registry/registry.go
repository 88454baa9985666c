// Package registry is the ledger's table of runs: the order in which they began, where
// their journals are, and how far each has come. It decides nothing. Start at Run.
package registry

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/ledger/internal/database"
)

// State is how far a run has come, as far as the ledger knows.
type State string

// The states of a run. A run from before runs were registered has none.
const (
	Open      State = "open"      // in progress, or killed: its last work may be missing from the ledger
	Stopped   State = "stopped"   // ended early, and the ledger has all its work
	Finished  State = "finished"  // every record has its outcome
	Absorbed  State = "absorbed"  // another run continues from there, and its work is accounted for
	Abandoned State = "abandoned" // abandoned by a person
)

// Run is a run that the ledger knows.
type Run struct {
	Name string
	// Order is the ledger's own counter: it orders runs without using a clock. It is 0
	// until the run is registered.
	Order int64
	Feed  string // empty for a run from before runs were registered
	State State
	By    string // the run that absorbed it
	// Host and Dir say where its journal is: the machine, and the runs directory there.
	Host, Dir string
	// Replay says that its calls are safe to repeat.
	Replay bool
	// Settings is a digest of the settings that decide what it sends.
	Settings string
	Started  time.Time // by the clock of its host, to the millisecond; shown to people, never compared
	// Parts are where it was continued, in their order.
	Parts []Part
}

// OverError says that a run cannot be continued because it ended.
type OverError struct {
	Run   string
	State State
	By    string
}

// Error names the run and its state.
func (e *OverError) Error() string {
	what := "run " + e.Run + " is over: in the ledger it is " + string(e.State)
	if e.By != "" {
		what += " by run " + e.By
	}
	return what
}

// Begin adds a run of a scope and feed to the table, or reopens it. It returns the run's
// place in the order, and the scope's next free row at the time it first began. It fails
// with an *OverError if the run was absorbed or abandoned.
func Begin(ctx context.Context, db *database.DB, tx database.Querier, scope, feed, next int64, r Run) (order, first int64, err error) {
	replay := int64(0)
	if r.Replay {
		replay = 1
	}
	err = db.QueryRow(ctx, tx, `INSERT INTO usersync_run (name, scope, feed, host, dir, state, replay, settings, started, first)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET scope = excluded.scope, feed = excluded.feed, host = excluded.host, dir = excluded.dir, state = excluded.state,
		replay = excluded.replay, settings = excluded.settings, started = excluded.started,
		first = COALESCE(NULLIF(usersync_run.first, 0), excluded.first)
		WHERE usersync_run.state NOT IN (?, ?) RETURNING num, first`,
		r.Name, scope, feed, r.Host, r.Dir, string(Open), replay, r.Settings, r.Started.UnixMilli(), next, string(Absorbed), string(Abandoned)).
		Scan(&order, &first)
	if errors.Is(err, sql.ErrNoRows) {
		e := OverError{Run: r.Name}
		if err := db.QueryRow(ctx, tx, `SELECT state, ended_by FROM usersync_run WHERE name = ?`, r.Name).Scan(&e.State, &e.By); err != nil {
			return 0, 0, err
		}
		return 0, 0, &e
	}
	return order, first, err
}

// End records how runs ended, and by which other run. It returns the highest place of any
// of them in the order; 0 if none is known.
func End(ctx context.Context, db *database.DB, tx database.Querier, names []string, s State, by string) (last int64, err error) {
	list, err := db.List(names)
	if err != nil {
		return 0, err
	}
	if _, err := db.Exec(ctx, tx, `UPDATE usersync_run SET state = ?, ended_by = ? WHERE name IN (SELECT j.id FROM `+db.IDs+`)`, string(s), by, list); err != nil {
		return 0, err
	}
	err = db.QueryRow(ctx, tx, `SELECT COALESCE(max(num), 0) FROM usersync_run WHERE name IN (SELECT j.id FROM `+db.IDs+`)`, list).Scan(&last)
	return last, err
}

// Last returns the highest place in the order of any run that may have told the scope of
// users: all but the run by, unless that has made a checkpoint before.
func Last(ctx context.Context, db *database.DB, q database.Querier, scope int64, by string) (last int64, err error) {
	err = db.QueryRow(ctx, q, `SELECT COALESCE(max(r.num), 0) FROM usersync_run r WHERE r.scope IN (0, ?) AND (r.name <> ?
		OR EXISTS (SELECT 1 FROM usersync_mark m WHERE m.scope = ? AND m.run = r.num))`, scope, by, scope).Scan(&last)
	return last, err
}

// FirstNew returns the first row that a feed's runs have made which did not finish and came
// after the run whole, and any that are open or stopped; 0 if there is no such run.
func FirstNew(ctx context.Context, db *database.DB, q database.Querier, scope int64, feed, whole string) (first int64, err error) {
	err = db.QueryRow(ctx, q, `SELECT COALESCE(min(r.first), 0) FROM usersync_run r JOIN usersync_feed f ON f.num = r.feed
		WHERE r.scope = ? AND f.name = ? AND r.first > 0 AND (r.state IN ('open', 'stopped')
		OR r.state <> 'finished' AND r.num > COALESCE((SELECT w.num FROM usersync_run w WHERE w.name = ?), 0))`, scope, feed, whole).Scan(&first)
	return first, err
}

const columns = `SELECT r.name, r.num, COALESCE(f.name, ''), r.state, r.ended_by, r.host, r.dir, r.replay, r.settings, r.started
	FROM usersync_run r LEFT JOIN usersync_feed f ON f.num = r.feed`

// Unfinished lists a scope's open and stopped runs, of all feeds, the newest first.
func Unfinished(ctx context.Context, db *database.DB, q database.Querier, scope int64) ([]Run, error) {
	return read(ctx, db, q, columns+` WHERE r.scope = ? AND r.state IN ('open', 'stopped') ORDER BY r.num DESC`, scope)
}

// Find returns the runs with the given names, by name: runs of the scope, and runs from
// before runs were registered, whose scope is unknown.
func Find(ctx context.Context, db *database.DB, q database.Querier, scope int64, names []string) (map[string]Run, error) {
	list, err := db.List(names)
	if err != nil {
		return nil, err
	}
	runs, err := read(ctx, db, q, columns+` WHERE r.name IN (SELECT j.id FROM `+db.IDs+`) AND r.scope IN (0, ?)`, list, scope)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(ctx, db, q, names)
	known := map[string]Run{}
	for _, r := range runs {
		r.Parts = parts[r.Name]
		known[r.Name] = r
	}
	return known, err
}

func read(ctx context.Context, db *database.DB, q database.Querier, query string, args ...any) (all []Run, err error) {
	rows, err := db.Query(ctx, q, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Run
		var replay, started int64
		if err := rows.Scan(&r.Name, &r.Order, &r.Feed, &r.State, &r.By, &r.Host, &r.Dir, &replay, &r.Settings, &started); err != nil {
			return nil, err
		}
		r.Replay, r.Started = replay != 0, time.UnixMilli(started)
		all = append(all, r)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}
