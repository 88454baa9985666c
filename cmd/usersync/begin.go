package main

import (
	"context"
	"os"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/mirror"
	"usersync/sync/user"
	"usersync/writer"
)

// start is where a run starts: at its beginning, or where it was stopped.
type start struct {
	records reader.Records
	read    *checkpoint.Digest // of the records that are written
	from    int                // the last record that is written
	maybe   int                // up to here records were perhaps sent
	earlier func(*user.Record) (user.Outcome, bool, error)
	sent    func(*user.Record) bool // nil: perhaps any of them
	stop    func()                  // ends the reading of records
}

// begin locks the scope, goes on with an earlier run of the same input or
// begins a new one, and takes up what others left behind.
func (j *job) begin(ctx context.Context) (err error) {
	if j.config.Target.Sandbox {
		if err := j.beginRehearsal(ctx); err != nil {
			return err
		}
		j.remember()
		return nil
	}
	if j.past, err = connect.Acquire(ctx, j.config, j.scope(), j.config.Output.RunsDir, j.started.UTC().Format("20060102T150405Z")); err != nil {
		return exit.NothingSent(err)
	}
	if err := j.attend(ctx); err != nil {
		return err
	}
	left, err := history.Unfinished(j.config.Output.RunsDir, j.scope(), j.config.LedgerName())
	if err != nil {
		return err
	}
	for _, r := range left {
		if r.Running {
			return &history.RunningError{Run: r.ID}
		}
		if err := r.Unfinished().Advance(ctx, j.past.Ledger); err != nil {
			return err
		}
	}
	left, foreign := history.Apart(left)
	if left, err = j.goOnWith(ctx, left); err != nil {
		return err
	}
	left = append(left, foreign...)
	if j.out == nil {
		if err := j.checkLedger(ctx, left); err != nil {
			return err
		}
		if err := j.beginNew(ctx); err != nil {
			return err
		}
	}
	if err := j.takeUp(ctx, left); err != nil {
		return err
	}
	j.remember()
	return nil
}

// beginRehearsal begins a run whose ledger is new and lies beside its results:
// the sandbox holds nothing from before.
func (j *job) beginRehearsal(ctx context.Context) (err error) {
	if err := j.beginNew(ctx); err != nil || j.config.Ledger.URL == config.NoLedger {
		j.past = &connect.Lease{}
		return err
	}
	j.past, err = connect.Acquire(ctx, j.config, j.scope(), j.out.dir.Path(), j.out.dir.ID())
	return err
}

func (j *job) beginNew(ctx context.Context) (err error) {
	if j.out, err = openOutputs(j); err != nil {
		return err
	}
	diary, err := j.out.journal()
	if err != nil {
		return &history.PlaceError{Err: err}
	}
	h := j.header()
	h.Run = j.out.dir.ID()
	if j.out.diary, err = journal.Create(diary, h); err != nil {
		return &history.PlaceError{Err: err}
	}
	j.start = start{read: checkpoint.NewDigest(), records: j.attended(ctx, 0), stop: func() {}}
	return nil
}

// attend begins to take note of whom the input lists, if that is asked for. The
// rehearsal's ledger is empty, and lacks nobody.
func (j *job) attend(ctx context.Context) (err error) {
	if j.config.Target.Mode != config.Mirror || j.retried.Run != "" {
		return nil
	}
	j.presence, err = mirror.NewPresence(ctx, j.past.Ledger)
	return err
}

// takeUp ends the runs that nobody will go on with.
func (j *job) takeUp(ctx context.Context, left []*history.Run) error {
	for _, r := range left {
		if err := r.TakeUp(ctx, j.past.Ledger, j.out.dir.ID()); err != nil {
			return err
		}
		j.log.always("took up what run "+r.ID+" left behind", zap.Int("behind_record", r.Journal.Mark.Record))
	}
	return nil
}

// scope is what the users are sent to, as the journal and the ledger name it.
func (j *job) scope() journal.Scope { return j.conn.ScopeIn(j.config.Ledger.Feed) }

func (j *job) header() journal.Header {
	h := journal.Header{
		Version: exit.ReadBuild().Version, Started: j.started, Scope: j.scope(), Mode: string(j.config.Target.Mode), Args: j.config.Invocation.Args(j.paths),
		ConfigSHA256: j.config.RunDigest(), MappingSHA256: j.config.MappingDigest(),
		Rehearsal: j.config.Target.Sandbox, Retried: j.retried.Run, Durability: journal.Durability{Unsafe: j.conn.Unsafe(), Synced: j.conn.Slow}, Plan: planInJournal(j.applied),
		Ledger: j.config.LedgerName(),
	}
	for _, path := range j.paths {
		h.Inputs = append(h.Inputs, inputFacts(path, j.input.Layout().Format))
	}
	return h
}

// inputFacts tells one version of a file from another: by its size and the time
// it was changed. What it begins with is compared as well.
func inputFacts(path, format string) journal.Input {
	in := journal.Input{Path: path, Format: format}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		in.Size, in.Modified = info.Size(), info.ModTime().UTC()
	}
	return in
}

// remember makes the last writer.
func (j *job) remember() {
	j.checkpointer = checkpoint.New(checkpoint.Options{
		Run: j.out.dir.ID(), Ledger: j.past.Ledger, Journal: j.out.diary, Results: j.out.results, Rejects: j.out.rejects,
		Input: j.start.read, Outcomes: j.before.Outcomes, Start: j.now(),
	})
	j.out.writer = writer.Tee(j.out.writer, j.checkpointer)
	if j.out.second != nil { // after the checkpointer: it may break, and a checkpoint must agree with the results
		j.out.writer = writer.Tee(j.out.writer, j.out.second)
	}
}

// journal opens the run's journal, and claims the run.
func (o *outputs) journal() (f *os.File, err error) {
	if o.journalFile != nil {
		return o.journalFile, nil
	}
	if f, err = history.Claim(o.dir); err != nil {
		return nil, err
	}
	o.journalFile = f
	return f, nil
}
