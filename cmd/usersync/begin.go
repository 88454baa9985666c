package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// start is where a run starts: at its beginning, or where it was stopped.
type start struct {
	records reader.Records
	from    int // the last record that is written
	maybe   int // up to here records were perhaps sent
	earlier func(*user.Record) (user.Outcome, bool, error)
	sent    func(*user.Record) bool // nil: perhaps any of them
	stop    func()                  // ends the reading of records
}

// begin locks the scope, goes on with an earlier run of the same input or
// begins a new one, and takes up what others left behind.
func (j *job) begin(ctx context.Context) (err error) {
	if j.config.Target.Sandbox {
		return j.beginRehearsal(ctx)
	}
	if j.past, err = openPast(ctx, j.config, j.scope(), j.config.Output.RunsDir, j.started.UTC().Format("20060102T150405Z")); err != nil {
		return exit.NothingSent(err)
	}
	if err := j.attend(ctx); err != nil {
		return err
	}
	left, err := unfinished(j.config.Output.RunsDir, j.scope(), j.config.ledgerName())
	if err != nil {
		return noPlace(err)
	}
	for _, e := range left {
		if e.alive {
			return heldRun(e.id)
		}
		if err := e.advance(ctx, j.past.ledger); err != nil {
			return err
		}
	}
	left, foreign := apart(left)
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
	return j.takeUp(ctx, left)
}

// beginRehearsal begins a run whose ledger is new and lies beside its results:
// the sandbox holds nothing from before.
func (j *job) beginRehearsal(ctx context.Context) (err error) {
	if err := j.beginNew(ctx); err != nil || j.config.Ledger.URL == noLedger {
		j.past = &past{}
		return err
	}
	j.past, err = openPast(ctx, j.config, j.scope(), j.out.dir.Path(), j.out.dir.ID())
	return err
}

func (j *job) beginNew(ctx context.Context) (err error) {
	if j.out, err = openOutputs(j); err != nil {
		return err
	}
	diary, err := j.out.journal()
	if err != nil {
		return noPlace(err)
	}
	h := j.header()
	h.Run = j.out.dir.ID()
	if j.out.diary, err = journal.Create(diary, h); err != nil {
		return noPlace(err)
	}
	j.start = start{records: j.attended(ctx, 0), stop: func() {}}
	return nil
}

// attend begins to take note of whom the input lists, if that is asked for. The
// rehearsal's ledger is empty, and lacks nobody.
func (j *job) attend(ctx context.Context) (err error) {
	if j.config.Target.Mode != mirror || j.retried.run != "" {
		return nil
	}
	j.attendance, err = newAttendance(ctx, j.past.ledger)
	return err
}

// notTakenUp is trouble with the files of an earlier run or with the ledger that is
// to learn of it: to a person the two are one.
func notTakenUp(err error) error {
	if t, known := ledgerTrouble(&ledger.FailedError{Err: err}); known {
		return t
	}
	return err
}

// takeUp ends the runs that nobody will go on with.
func (j *job) takeUp(ctx context.Context, left []earlier) error {
	for _, e := range left {
		if err := e.takeUp(ctx, j.config.Output.RunsDir, j.past.ledger, j.out.dir.ID()); err != nil {
			return notTakenUp(fmt.Errorf("take up run %s: %w", e.id, err))
		}
		j.mention("took up what run "+e.id+" left behind", zap.Int("behind_record", e.past.Mark.Record))
	}
	return nil
}

// scope is what the users are sent to, as the journal and the ledger name it.
func (j *job) scope() journal.Scope { return scopeOf(j.conn.scope, j.config.Ledger.Feed) }

func scopeOf(s report.Scope, feed string) journal.Scope {
	return journal.Scope{Destination: s.Destination, Host: s.Host, Account: s.Account, Feed: feed}
}

func (j *job) header() journal.Header {
	h := journal.Header{
		Version: exit.ReadBuild().Version, Started: j.started, Scope: j.scope(), Mode: string(j.config.Target.Mode), Args: j.config.typed.args(j.paths),
		ConfigSHA256: j.config.planDigest(), MappingSHA256: j.config.mappingDigest(),
		Rehearsal: j.config.Target.Sandbox, Retried: j.retried.run, Unsafe: j.conn.unsafe(), Synced: j.conn.slow, Plan: j.applied.facts(),
		Ledger: j.config.ledgerName(),
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

// remember makes the writer behind all others.
func (j *job) remember(ctx context.Context) {
	if j.keeper == nil {
		j.keeper = &keeper{digest: sha256.New()}
	}
	k := j.keeper
	k.ctx, k.run, k.ledger, k.journal = context.WithoutCancel(ctx), j.out.dir.ID(), j.past.ledger, j.out.diary
	k.results, k.rejects, k.lastMark = j.out.results, j.out.rejects, j.now()
	k.outcomes = map[user.Status]int{}
	for status, n := range j.before.Outcomes {
		k.outcomes[status] = n
	}
	if k.ledger != nil {
		k.printer = k.ledger.Printer()
	}
	j.out.writer = writer.Tee(j.out.writer, k)
	if j.out.second != nil { // behind the keeper: it may break, and a mark must agree with the results
		j.out.writer = writer.Tee(j.out.writer, j.out.second)
	}
}

// journal opens the run's journal, and claims the run.
func (o *outputs) journal() (f *os.File, err error) {
	if o.journalFile != nil {
		return o.journalFile, nil
	}
	if f, err = o.dir.Append(journalFile); err != nil {
		return nil, err
	}
	if err := claim(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	o.journalFile = f
	return f, nil
}
