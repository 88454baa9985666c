package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"usersync/sync/ledger/internal/database"
)

// State is how far a run has come, as the ledger knows it.
type State string

// The states. A run from before runs were registered has none.
const (
	StateOpen      State = "open"      // under way, or killed: what it did last may be missing from the ledger
	StateStopped   State = "stopped"   // ended early, and the ledger knows all that it did
	StateFinished  State = "finished"  // every record has its outcome
	StateAbsorbed  State = "absorbed"  // another run began, and what this one did is accounted for
	StateAbandoned State = "abandoned" // given up by a person
)

// Run is a run that the ledger knows.
type Run struct {
	Name string
	// Order is the ledger's own counter. It orders runs, whatever their clocks said;
	// 0 before the run is registered.
	Order int64
	Feed  string // empty for a run from before runs were registered
	State State
	By    string // the run that absorbed it
	// Host and Dir say where its journal is: the machine, and the runs directory there.
	Host, Dir string
	// Replay says that the calls it makes are safe to repeat.
	Replay bool
	// Settings are a digest of those that decide what it sends.
	Settings string
	Started  time.Time // by the clock of its host, to the millisecond; for people alone
}

// OverError says that a run cannot be continued, as the ledger knows that it ended.
type OverError struct {
	Run   string
	State State
	By    string
}

// Error names the run and its state.
func (e *OverError) Error() string {
	what := "run " + e.Run + " is over: the ledger knows it as " + string(e.State)
	if e.By != "" {
		what += " by run " + e.By
	}
	return what
}

// Register notes that a run begins or is continued, before its first call, and returns
// its place in the order of runs. A run that ended, or was absorbed or abandoned, is an
// *OverError. Name, Host, Dir, Replay, Settings and Started are kept.
func (l *Ledger) Register(ctx context.Context, r Run) (order int64, err error) {
	var first int64
	err = l.change(ctx, func(w *writing) error {
		err := l.db.QueryRow(w, w.tx, `INSERT INTO usersync_run (name, scope, feed, host, dir, state, replay, settings, started, first)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET scope = excluded.scope, feed = excluded.feed, host = excluded.host, dir = excluded.dir, state = excluded.state,
			replay = excluded.replay, settings = excluded.settings, started = excluded.started,
			first = CASE usersync_run.first WHEN 0 THEN excluded.first ELSE usersync_run.first END
			WHERE usersync_run.state IN ('', ?, ?) RETURNING num, first`,
			r.Name, w.scope, w.feed, r.Host, r.Dir, string(StateOpen), boolean(r.Replay), r.Settings, r.Started.UnixMilli(), w.next,
			string(StateOpen), string(StateStopped)).Scan(&order, &first)
		if errors.Is(err, sql.ErrNoRows) {
			return w.over(r.Name)
		}
		w.learn(l.runs, r.Name, order)
		return err
	})
	if err != nil {
		return 0, failed("register run "+r.Name+" in the ledger", err)
	}
	l.first.Store(first)
	return order, nil
}

// Withdraw takes back that a run was registered, which has made no call.
func (l *Ledger) Withdraw(ctx context.Context, run string) error {
	err := l.change(ctx, func(w *writing) error { return w.end([]string{run}, StateAbsorbed, "") })
	return failed("withdraw run "+run+" from the ledger", err)
}

// Absorb keeps what an earlier run did after its last mark, and that it is accounted
// for: the run by goes on from there. No entries change nobody.
func (l *Ledger) Absorb(ctx context.Context, m Mark, entries []Entry, by string) error {
	err := l.change(ctx, func(w *writing) error {
		if len(entries) > 0 {
			if err := w.entries(m.Run, entries); err != nil {
				return err
			}
			if err := w.mark(m); err != nil {
				return err
			}
		}
		return w.end([]string{m.Run}, StateAbsorbed, by)
	})
	return failed("absorb run "+m.Run+" into the ledger", err)
}

// Distrust absorbs runs of which it is not known what they did last: no fingerprint that they
// or those before them have left is trusted, so that every user of the scope is sent
// once more. Who is there, and which keys the API made, stays known.
func (l *Ledger) Distrust(ctx context.Context, runs []string, by string) error {
	return failed("absorb runs into the ledger", l.distrust(ctx, runs, StateAbsorbed, by))
}

func (l *Ledger) distrust(ctx context.Context, runs []string, state State, by string) error {
	var last, distrusted int64
	err := l.change(ctx, func(w *writing) error {
		if err := w.end(runs, state, by); err != nil {
			return err
		}
		list, err := l.db.List(runs)
		if err != nil {
			return err
		}
		err = l.db.QueryRow(w, w.tx, `SELECT COALESCE(max(num), 0) FROM usersync_run WHERE name IN (SELECT j.id FROM `+l.db.IDs+`)`, list).Scan(&last)
		if err != nil {
			return err
		}
		return l.db.QueryRow(w, w.tx, `UPDATE usersync_scope SET distrusted = CASE WHEN distrusted < ? THEN ? ELSE distrusted END
			WHERE num = ? RETURNING distrusted`, last, last, w.scope).Scan(&distrusted)
	})
	if err == nil {
		l.distrusted.Store(distrusted)
	}
	return err
}

// Abandon gives up a run that did not end and of which nobody can tell what it did
// last: it is never continued, and Distrust holds for it. A run that is over is an
// *OverError; one that the scope does not know is ErrUnknownRun.
func (a Admin) Abandon(ctx context.Context, run string) error {
	known, err := a.l.Runs(ctx, []string{run})
	if err != nil {
		return err
	}
	switch r, ok := known[run]; {
	case !ok:
		return ErrUnknownRun
	case r.State != StateOpen && r.State != StateStopped:
		return &OverError{run, r.State, r.By}
	}
	return failed("abandon run "+run, a.l.distrust(ctx, []string{run}, StateAbandoned, ""))
}

const runColumns = `r.name, r.num, COALESCE(f.name, ''), r.state, r.ended_by, r.host, r.dir, r.replay, r.settings, r.started
	FROM usersync_run r LEFT JOIN usersync_feed f ON f.num = r.feed`

// Unfinished lists the runs of the scope, of all feeds, that are open or stopped, the
// newest first.
func (l *Ledger) Unfinished(ctx context.Context) ([]Run, error) {
	scope, err := l.scopeNum(ctx)
	if err != nil || scope == 0 {
		return nil, failed("look for unfinished runs in the ledger", err)
	}
	runs, err := l.readRuns(ctx, `SELECT `+runColumns+` WHERE r.scope = ? AND r.state IN ('open', 'stopped') ORDER BY r.num DESC`, scope)
	return runs, failed("look for unfinished runs in the ledger", err)
}

// Runs returns what is known of runs, by name: those of the scope, and those from
// before runs were registered, of which no scope is known.
func (l *Ledger) Runs(ctx context.Context, names []string) (map[string]Run, error) {
	known := map[string]Run{}
	err := l.inParts(ctx, names, func(scope int64, list any) error {
		runs, err := l.readRuns(ctx, `SELECT `+runColumns+` WHERE r.name IN (SELECT j.id FROM `+l.db.IDs+`) AND r.scope IN (0, ?)`, list, scope)
		for _, r := range runs {
			known[r.Name] = r
		}
		return err
	})
	if err != nil {
		return nil, failed("look for runs in the ledger", err)
	}
	return known, nil
}

func (l *Ledger) readRuns(ctx context.Context, query string, args ...any) (all []Run, err error) {
	rows, err := l.db.Query(ctx, l.db.Read, query, args...)
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
	return all, rows.Err()
}

// finish ends the run itself, and forgets what is remembered for a while alone.
func (w *writing) finish(run string, s State) error {
	return cmp.Or(w.end([]string{run}, s, ""), w.forgetOldDeletions())
}

func (w *writing) end(runs []string, s State, by string) error {
	list, err := w.l.db.List(runs)
	if err != nil {
		return err
	}
	_, err = w.l.db.Exec(w, w.tx, `UPDATE usersync_run SET state = ?, ended_by = ? WHERE name IN (SELECT j.id FROM `+w.l.db.IDs+`)`, string(s), by, list)
	return err
}

// over tells how a run ended.
func (w *writing) over(run string) error {
	e := OverError{Run: run}
	if err := w.l.db.QueryRow(w, w.tx, `SELECT state, ended_by FROM usersync_run WHERE name = ?`, run).Scan(&e.State, &e.By); err != nil {
		return err
	}
	return &e
}

// numbers returns the places of runs in the order of runs, by name.
func (v *view) numbers(ctx context.Context, q database.Querier, names []string) (map[string]int64, error) {
	nums := map[string]int64{}
	for _, name := range names {
		num := int64(0)
		err := v.db.QueryRow(ctx, q, `SELECT num FROM usersync_run WHERE name = ?`, name).Scan(&num)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		nums[name] = num
	}
	return nums, nil
}

func boolean(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
