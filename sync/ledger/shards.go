package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"usersync/sync/ledger/internal/lease"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/ledger/internal/stored"
)

// Job is a run that several processes make together, each a shard of it, in a shared ledger.
type Job struct {
	Name   string // that they have in common
	Shards int
	// Identity is what all shards must agree on, by what it is about.
	Identity map[string]string
	// Unfinished says that the run is ended although shards of it are not done.
	Unfinished bool
}

// FindJob returns the name and the number of shards of a run that is made in shards, by its
// name or by that which its processes have in common, and what its own name is; it is empty
// if no shard has begun. It fails with ErrUnknownRun if there is none.
func (l *Ledger) FindJob(ctx context.Context, name string) (j Job, run string, merged bool, err error) {
	scope, err := l.entries.Num(ctx)
	if err != nil || l.entries.DB.Path != "" {
		return j, "", false, cmp.Or(failed("look up the run", err), ErrUnknownRun)
	}
	var state string
	err = l.entries.DB.QueryRow(ctx, l.entries.DB.Read, `SELECT name, shards, run, state FROM usersync_job WHERE scope = ? AND (name = ? OR run = ?)`, scope, name, name).
		Scan(&j.Name, &j.Shards, &run, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return j, "", false, ErrUnknownRun
	}
	return j, run, state == jobMerged || state == jobEnded, failed("look up the run", err)
}

// JobError says that a process does not belong to the run that it wants to join.
type JobError struct {
	Name string
	What []string // that differs
}

// Error names what differs.
func (e *JobError) Error() string {
	return fmt.Sprintf("join run %q: %s of the shard that began it differs", e.Name, strings.Join(e.What, ", "))
}

// ShardName is the name of a shard of a run, as the ledger knows it.
func ShardName(run string, index int) string { return registry.Shard(run, index) }

// MainRun is the run of which a run is a shard; the run itself if it is none.
func MainRun(run string) string { return registry.Main(run) }

// Joined says how a process has joined a run.
type Joined struct {
	Run string // its name; empty if this process starts it
	// Starts says that this process holds the scope alone, and must Open the run.
	Starts bool
	// Done says that the shard is done, so that it was not taken, and Last that all are.
	Done, Last bool
	Merged     bool // nothing is left to do
	Resumes    bool // another process has held the shard before
}

const (
	jobStarting = "starting"
	jobOpen     = "open"
	jobMerged   = "merged"
	jobEnded    = "ended" // although not all of its shards were done
)

// Join takes a shard of a run: from 0, or Shards for what comes after all others. It waits for
// other processes that hold the scope or the shard as Lock does, and for one that starts the run.
// It fails with a *JobError, which changes nothing, if the run began in another way. A shard of
// the run that was held is released then.
func (l *Ledger) Join(ctx context.Context, job Job, index int, wait time.Duration) (Joined, error) {
	num, err := l.entries.Enter(ctx)
	if err != nil {
		return Joined{}, failed("join the run", err)
	}
	o := l.options
	j := &joining{l: l, job: job, index: index, options: lease.Options{DB: l.entries.DB, Scope: num, Name: l.entries.Name, Run: job.Name, Wait: wait,
		Term: o.Term, Timeout: o.Timeout, Waiting: o.Waiting}}
	if err := j.add(ctx); err != nil {
		return Joined{}, failed("join the run", err)
	}
	if err := lease.Await(ctx, j.options, j.try); err != nil {
		switch err.(type) {
		case *JobError, *OverError:
			return Joined{}, err
		}
		return Joined{}, failed("join the run", err)
	}
	if j.held == nil {
		return j.joined, nil
	}
	before := l.writer.held()
	l.entries.Distrust(j.held.Distrusted)
	l.writer.take(&Lease{j.held, l})
	if before != nil {
		err = before.Lease.Release()
	}
	return j.joined, failed("join the run", err)
}

// joining is a process that wants to join a run.
type joining struct {
	l       *Ledger
	job     Job
	index   int
	options lease.Options

	run    string
	state  string
	epoch  int64 // of the scope's lease
	joined Joined
	held   *lease.Lease
}

// add adds the run to those that are made in shards, if it is new.
func (j *joining) add(ctx context.Context) error {
	identity, err := json.Marshal(j.job.Identity)
	if err == nil {
		_, err = j.options.DB.Exec(ctx, j.options.DB.Write, `INSERT INTO usersync_job (scope, name, run, shards, identity, state) VALUES (?, ?, '', ?, ?, ?)
			ON CONFLICT DO NOTHING`, j.options.Scope, j.job.Name, int64(j.job.Shards), string(identity), jobStarting)
	}
	return err
}

func (j *joining) try(ctx context.Context) (other lease.Rival, sibling bool, err error) {
	asked := lease.Now()
	tx, err := j.options.DB.Begin(ctx)
	if err != nil {
		return other, false, err
	}
	defer tx.Rollback() // no effect after Commit
	if err := j.read(ctx, tx); err != nil {
		return other, false, err
	}
	var hold func()
	switch j.state {
	case jobEnded:
		return other, false, &OverError{Run: j.run, State: RunAbsorbed}
	case jobMerged:
		j.joined = Joined{Run: j.run, Done: true, Merged: true}
		return other, false, nil
	case jobStarting:
		other, sibling, hold, err = j.start(ctx, tx, asked)
	default:
		other, hold, err = j.take(ctx, tx, asked)
	}
	if err != nil || !other.IsNone() {
		return other, sibling, err
	}
	if err := tx.Commit(); err != nil {
		return other, false, err
	}
	if hold != nil {
		hold()
	}
	return other, false, nil
}

// read reads the run, and locks it for the transaction.
func (j *joining) read(ctx context.Context, tx *sql.Tx) error {
	var identity string
	err := j.options.DB.QueryRow(ctx, tx, `SELECT run, identity, state, epoch FROM usersync_job WHERE scope = ? AND name = ? FOR UPDATE`,
		j.options.Scope, j.job.Name).Scan(&j.run, &identity, &j.state, &j.epoch)
	if err != nil {
		return err
	}
	was := map[string]string{}
	if err := json.Unmarshal([]byte(identity), &was); err != nil {
		return err
	}
	var differs []string
	for _, what := range slices.Sorted(maps.Keys(j.job.Identity)) {
		if was[what] != j.job.Identity[what] {
			differs = append(differs, what)
		}
	}
	if len(differs) > 0 && j.state != jobStarting {
		return &JobError{Name: j.job.Name, What: differs}
	}
	return nil
}

// start takes the scope for this process alone, to start the run.
func (j *joining) start(ctx context.Context, tx *sql.Tx, asked lease.Asked) (other lease.Rival, sibling bool, hold func(), err error) {
	epoch, distrusted, other, err := lease.TakeScope(ctx, tx, j.options, -1)
	if err != nil || !other.IsNone() {
		return other, other.Holder().Run == j.options.Run, nil, err
	}
	identity, err := json.Marshal(j.job.Identity)
	if err != nil {
		return other, false, nil, err
	}
	if _, err := j.options.DB.Exec(ctx, tx, `UPDATE usersync_job SET shards = ?, identity = ? WHERE scope = ? AND name = ?`,
		int64(j.job.Shards), string(identity), j.options.Scope, j.job.Name); err != nil {
		return other, false, nil, err
	}
	j.joined = Joined{Starts: true}
	return other, false, func() { j.held = lease.Hold(ctx, j.options, asked, epoch, distrusted, nil) }, nil
}

// take takes the shard, and with it the run's lease on the scope.
func (j *joining) take(ctx context.Context, tx *sql.Tx, asked lease.Asked) (other lease.Rival, hold func(), err error) {
	db := j.options.DB
	j.joined = Joined{Run: j.run}
	if err := j.checkOpen(ctx, tx); err != nil {
		return other, nil, err
	}
	main, err := db.Number(ctx, tx, "usersync_run", j.run)
	if err != nil {
		return other, nil, err
	}
	run, err := db.Number(ctx, tx, "usersync_run", ShardName(j.run, j.index))
	if err != nil {
		return other, nil, err
	}
	var done, all int64
	if err := db.QueryRow(ctx, tx, `SELECT COUNT(CASE WHEN run = ? THEN 1 END), COUNT(*) FROM usersync_shard WHERE main = ? AND done = 1`, run, main).
		Scan(&done, &all); err != nil {
		return other, nil, err
	}
	if j.joined.Done, j.joined.Last = done > 0, all == int64(j.job.Shards); j.joined.Done {
		return other, nil, nil
	}
	if j.job.Unfinished {
		if other, err = lease.AnyShard(ctx, tx, j.options, run, main); err != nil || !other.IsNone() {
			return other, nil, err
		}
	}
	epoch, distrusted, other, err := lease.TakeScope(ctx, tx, j.options, j.epoch)
	if err != nil || !other.IsNone() {
		return other, nil, err
	}
	// Another run may have come in between: no one can, now that the scope is ours.
	if err := j.checkOpen(ctx, tx); err != nil {
		return other, nil, err
	}
	if _, err := db.Exec(ctx, tx, `UPDATE usersync_job SET epoch = ? WHERE scope = ? AND name = ?`, epoch, j.options.Scope, j.job.Name); err != nil {
		return other, nil, err
	}
	shard, other, err := lease.TakeShard(ctx, tx, j.options, run, main)
	if err != nil || !other.IsNone() {
		return other, nil, err
	}
	j.joined.Resumes = shard > 1
	return other, func() {
		j.held = lease.Hold(ctx, j.options, asked, epoch, distrusted, &lease.Shard{Run: run, Main: main, Epoch: shard, Job: j.job.Name})
		j.l.claimed.Store(&claim{run, shard})
	}, nil
}

// checkOpen fails with an *OverError if another run has absorbed this one, or a person has given
// it up: what its shards did is accounted for, and may have been changed since.
func (j *joining) checkOpen(ctx context.Context, tx *sql.Tx) error {
	e := OverError{Run: j.run}
	err := j.options.DB.QueryRow(ctx, tx, `SELECT state, ended_by FROM usersync_run WHERE name = ?`, j.run).Scan(&e.State, &e.By)
	if err != nil || e.State == RunOpen || e.State == RunStopped {
		return err
	}
	return &e
}

// Shards is what a process that has joined a run tells the others.
type Shards struct {
	l   *Ledger
	job Job
}

// Shards returns what the processes of a run tell each other.
func (l *Ledger) Shards(job Job) Shards { return Shards{l, job} }

// Open lets all shards join a registered run, for which this process held the scope. Join
// again then.
func (s Shards) Open(ctx context.Context, run string) error {
	held := s.l.writer.held()
	if held == nil {
		return failed("open the run", ErrUnlocked)
	}
	err := s.inJob(ctx, held, func(tx *sql.Tx) error {
		_, err := s.l.entries.DB.Exec(ctx, tx, `UPDATE usersync_job SET state = ?, run = ?, epoch = ? WHERE scope = ? AND name = ?`,
			jobOpen, run, held.Epoch, held.Scope(), s.job.Name)
		return err
	})
	if err == nil {
		s.l.writer.giveUp(held)
		held.Leave()
	}
	return failed("open the run for its shards", err)
}

// inJob runs do in a transaction while the run's other shards neither begin nor end.
func (s Shards) inJob(ctx context.Context, held *Lease, do func(*sql.Tx) error) error {
	ctx, end := held.BoundWrite(ctx)
	defer end()
	db := s.l.entries.DB
	tx, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if err := lease.LockJob(ctx, db, tx, held.Scope(), s.job.Name); err != nil {
		return err
	}
	if err := held.Fence(ctx, tx); err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Done records that each record of the shard has its outcome. It reports whether that is so
// of all shards.
func (s Shards) Done(ctx context.Context) (last bool, err error) {
	held := s.l.writer.held()
	if held == nil || held.Shard == nil {
		return false, failed("end the shard", ErrUnlocked)
	}
	err = s.inJob(ctx, held, func(tx *sql.Tx) error {
		db := s.l.entries.DB
		if _, err := db.Exec(ctx, tx, `UPDATE usersync_shard SET done = 1 WHERE run = ?`, held.Shard.Run); err != nil {
			return err
		}
		var all int64
		err := db.QueryRow(ctx, tx, `SELECT COUNT(*) FROM usersync_shard WHERE main = ? AND done = 1`, held.Shard.Main).Scan(&all)
		last = all == int64(s.job.Shards)
		return err
	})
	return last, failed("record that the shard is done", err)
}

// Merged records that the run is over, and that its results are where they belong.
func (s Shards) Merged(ctx context.Context, run string) error {
	held := s.l.writer.held()
	if held == nil {
		return failed("end the run", ErrUnlocked)
	}
	how, state := RunFinished, jobMerged
	if s.job.Unfinished {
		how, state = RunAbsorbed, jobEnded
	}
	err := s.inJob(ctx, held, func(tx *sql.Tx) error {
		db := s.l.entries.DB
		if _, err := registry.End(ctx, db, tx, []string{run, ShardName(run, s.job.Shards)}, how, ""); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `UPDATE usersync_job SET state = ? WHERE scope = ? AND name = ?`, state, held.Scope(), s.job.Name)
		return err
	})
	return failed("record that the run is merged", err)
}

// File returns a file that a shard has stored, to be read once from its beginning.
func (s Shards) File(ctx context.Context, run string, index int, name string) (io.Reader, error) {
	num, err := s.l.entries.DB.Number(ctx, s.l.entries.DB.Write, "usersync_run", ShardName(run, index))
	if err != nil {
		return nil, failed("read what a shard has stored", err)
	}
	return storedText{stored.NewReader(ctx, s.l.entries.DB, stored.Place{Run: num, File: name})}, nil
}

// storedText is a stored file whose errors are those of the ledger.
type storedText struct{ io.Reader }

// Read reads as io.Reader does.
func (t storedText) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = failed("read what a shard has stored", err)
	}
	return n, err
}

// Tell tells the other shards something, in place of what this one has told before.
func (s Shards) Tell(ctx context.Context, text string) error {
	held := s.l.writer.held()
	if held == nil || held.Shard == nil {
		return failed("tell the other shards", ErrUnlocked)
	}
	ctx, end := held.BoundWrite(ctx)
	defer end()
	n, err := s.l.entries.DB.Exec(ctx, s.l.entries.DB.Write, `UPDATE usersync_shard SET totals = ? WHERE run = ? AND epoch = ?`, text, held.Shard.Run, held.Shard.Epoch)
	if err == nil && n == 0 {
		held.Lose(ErrFenced)
		err = ErrFenced
	}
	return failed("tell the other shards", err)
}

// Told returns what the other shards have told, which may be nothing.
func (s Shards) Told(ctx context.Context) (all []string, err error) {
	held := s.l.writer.held()
	if held == nil || held.Shard == nil {
		return nil, failed("ask the other shards", ErrUnlocked)
	}
	rows, err := s.l.entries.DB.Query(ctx, s.l.entries.DB.Read, `SELECT totals FROM usersync_shard WHERE main = ? AND run <> ? AND totals <> ''`,
		held.Shard.Main, held.Shard.Run)
	if err != nil {
		return nil, failed("ask the other shards", err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, failed("ask the other shards", err)
		}
		all = append(all, text)
	}
	return all, failed("ask the other shards", rows.Err())
}
