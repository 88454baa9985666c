package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"

	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
)

// start is where a run starts: at its beginning, or where it was stopped.
type start struct {
	records reader.Records
	from    int // the last record that is written
	maybe   int // up to here records were perhaps sent
	earlier func(*user.Record) (user.Outcome, bool, error)
	stop    func() // ends the reading of records
}

// begin locks the scope, goes on with an earlier run of the same input or
// begins a new one, and takes up what others left behind.
func (j *job) begin(ctx context.Context) (err error) {
	if j.config.sandbox {
		return j.beginRehearsal(ctx)
	}
	if j.past, err = openPast(ctx, j.config, j.scope(), j.config.runsDir, j.started.UTC().Format("20060102T150405Z")); err != nil {
		return nothingSent(err)
	}
	left, err := unfinished(j.config.runsDir, j.scope())
	if err != nil {
		return noPlace(err)
	}
	for _, e := range left {
		if err := e.advance(ctx, j.past.ledger); err != nil {
			return ledgerFault(err)
		}
	}
	if len(left) > 0 && !j.config.anew && left[0].past.Mark.Record > 0 && left[0].alike(j.header()) {
		goesOn, err := j.goOn(ctx, left[0])
		if err != nil {
			return err
		}
		if goesOn {
			left = left[1:]
		}
	}
	if j.out == nil {
		if err := j.beginNew(); err != nil {
			return err
		}
	}
	return j.takeUp(ctx, left)
}

// nothingSent adds to an error how far the run came.
func nothingSent(err error) error { return fmt.Errorf("%w; nothing was sent", err) }

// beginRehearsal begins a run whose ledger is new and lies beside its results:
// the sandbox holds nothing from before.
func (j *job) beginRehearsal(ctx context.Context) (err error) {
	if err := j.beginNew(); err != nil || j.config.ledger == noLedger {
		j.past = &past{}
		return err
	}
	j.past, err = openPast(ctx, j.config, j.scope(), j.out.dir.Path(), j.out.dir.ID())
	return err
}

func (j *job) beginNew() (err error) {
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
	j.start = start{records: j.input.Records(), stop: func() {}}
	return nil
}

// goOn opens the outputs of an earlier run where it stopped, if the input still
// begins with what that run has written.
func (j *job) goOn(ctx context.Context, e earlier) (bool, error) {
	k := &keeper{digest: sha256.New()}
	records, stop, err := skip(j.input.Records(), k, e.past.Mark)
	if _, other := errors.AsType[*otherInputError](err); other {
		return false, j.reopenInput(ctx)
	}
	if err != nil {
		return false, err
	}
	if err := j.reopenOutputs(e, k); err != nil {
		stop()
		return false, noPlace(err)
	}
	j.start = start{records: records, stop: stop, from: e.past.Mark.Record, maybe: e.past.Mark.Record + journal.MostBeyond, earlier: e.outcomes()}
	j.mention("continuing run "+e.id, zap.Int("behind_record", e.past.Mark.Record), zap.String("hint", "--new begins another"))
	return true, nil
}

// mention says what is worth knowing at any log level.
func (j *job) mention(what string, facts ...zap.Field) {
	if j.config.logFormat == "json" {
		j.say.Info(what, facts...)
		return
	}
	j.log.Warn(what, facts...)
}

// reopenOutputs cuts the files of an earlier run back to its last mark, and
// counts what stands in them.
func (j *job) reopenOutputs(e earlier, k *keeper) (err error) {
	if j.out, err = resumeOutputs(j, e); err != nil {
		return err
	}
	if err := j.recount(); err != nil {
		return err
	}
	if err := j.out.compose(j, true); err != nil {
		return err
	}
	j.keeper = k
	diary, err := j.out.journal()
	if err != nil {
		return err
	}
	if j.out.diary, err = journal.Continue(diary, e.past, journal.Resumed{At: j.started, Args: j.args}); err != nil {
		return err
	}
	j.before = j.counts
	if j.before.Written != e.past.Mark.Record {
		return fmt.Errorf("continue run %s: its results hold %d records, and its mark stands at %d", e.id, j.before.Written, e.past.Mark.Record)
	}
	return nil
}

// reopenInput begins to read the input anew.
func (j *job) reopenInput(ctx context.Context) (err error) {
	if err := j.input.Close(); err != nil {
		return err
	}
	j.input, err = openInput(ctx, j.env, j.config, j.conn.client, j.paths)
	return err
}

// takeUp ends the runs that nobody will go on with.
func (j *job) takeUp(ctx context.Context, left []earlier) error {
	for _, e := range left {
		if err := e.takeUp(ctx, j.config.runsDir, j.past.ledger, j.out.dir.ID()); err != nil {
			return ledgerFault(fmt.Errorf("take up run %s: %w", e.id, err))
		}
		j.mention("took up what run "+e.id+" left behind", zap.Int("behind_record", e.past.Mark.Record))
	}
	return nil
}

// scope is what the users are sent to, as the journal and the ledger name it.
func (j *job) scope() journal.Scope {
	s := j.conn.scope
	return journal.Scope{Destination: s.Destination, Host: s.Host, Account: s.Account, Feed: j.config.feed}
}

func (j *job) header() journal.Header {
	h := journal.Header{
		Version: readBuild().version, Started: j.started, Scope: j.scope(), Mode: string(j.config.mode), Args: j.args,
		ConfigSHA256: j.config.planDigest(), MappingSHA256: j.config.mappingDigest(),
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
}

// journal opens the run's journal.
func (o *outputs) journal() (f *os.File, err error) {
	o.journalFile, err = o.dir.Append(journalFile)
	return o.journalFile, err
}
