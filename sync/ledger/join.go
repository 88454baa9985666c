package ledger

import (
	"context"
	"encoding/json"
	"time"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

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

// start takes the scope for this process alone, to start the run.
func (j *joining) start(ctx context.Context, tx *database.Tx, asked lease.Asked) (other lease.Rival, sibling bool, hold func(), err error) {
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
func (j *joining) take(ctx context.Context, tx *database.Tx, asked lease.Asked) (other lease.Rival, hold func(), err error) {
	j.joined = Joined{Run: j.run}
	if err := j.checkOpen(ctx, tx); err != nil {
		return other, nil, err
	}
	shard, err := j.number(ctx, tx)
	if err == nil {
		err = j.countDone(ctx, tx, shard)
	}
	if err != nil || j.joined.Done {
		return other, nil, err
	}
	if j.job.Unfinished {
		if other, err = lease.AnyShard(ctx, tx, j.options, shard.Run, shard.Main); err != nil || !other.IsNone() {
			return other, nil, err
		}
	}
	epoch, distrusted, other, err := j.takeScope(ctx, tx)
	if err != nil || !other.IsNone() {
		return other, nil, err
	}
	shard.Epoch, other, err = lease.TakeShard(ctx, tx, j.options, shard.Run, shard.Main)
	if err != nil || !other.IsNone() {
		return other, nil, err
	}
	j.joined.Resumes = shard.Epoch > 1
	return other, func() {
		j.held = lease.Hold(ctx, j.options, asked, epoch, distrusted, &shard)
		j.l.claimed.Store(&claim{shard.Run, shard.Epoch})
	}, nil
}

// number returns the shard, of which no process is known yet.
func (j *joining) number(ctx context.Context, tx *database.Tx) (s lease.Shard, err error) {
	s.Job = j.job.Name
	if s.Main, err = j.options.DB.Number(ctx, tx, "usersync_run", j.run); err != nil {
		return s, err
	}
	s.Run, err = j.options.DB.Number(ctx, tx, "usersync_run", ShardName(j.run, j.index))
	return s, err
}

// countDone notes whether the shard is done, and whether all are.
func (j *joining) countDone(ctx context.Context, tx *database.Tx, s lease.Shard) error {
	var done, all int64
	err := j.options.DB.QueryRow(ctx, tx, `SELECT COUNT(CASE WHEN run = ? THEN 1 END), COUNT(*) FROM usersync_shard WHERE main = ? AND done = 1`, s.Run, s.Main).
		Scan(&done, &all)
	j.joined.Done, j.joined.Last = done > 0, all == int64(j.job.Shards)
	return err
}

// takeScope takes the scope for the run, or joins the lease that it has.
func (j *joining) takeScope(ctx context.Context, tx *database.Tx) (epoch, distrusted int64, other lease.Rival, err error) {
	epoch, distrusted, other, err = lease.TakeScope(ctx, tx, j.options, j.epoch)
	if err != nil || !other.IsNone() {
		return epoch, distrusted, other, err
	}
	// Another run may have come in between: no one can, now that the scope is ours.
	if err := j.checkOpen(ctx, tx); err != nil {
		return epoch, distrusted, other, err
	}
	_, err = j.options.DB.Exec(ctx, tx, `UPDATE usersync_job SET epoch = ? WHERE scope = ? AND name = ?`, epoch, j.options.Scope, j.job.Name)
	return epoch, distrusted, other, err
}
