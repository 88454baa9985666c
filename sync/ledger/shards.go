package ledger

import (
	"context"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
	"usersync/sync/ledger/internal/registry"
)

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
	err := s.inJob(ctx, held, func(tx *database.Tx) error {
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
func (s Shards) inJob(ctx context.Context, held *Lease, do func(*database.Tx) error) error {
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
	err = s.inJob(ctx, held, func(tx *database.Tx) error {
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
	err := s.inJob(ctx, held, func(tx *database.Tx) error {
		db := s.l.entries.DB
		if _, err := registry.End(ctx, db, tx, []string{run, ShardName(run, s.job.Shards)}, how, ""); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `UPDATE usersync_job SET state = ? WHERE scope = ? AND name = ?`, state, held.Scope(), s.job.Name)
		return err
	})
	return failed("record that the run is merged", err)
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
