package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// goOnWith goes on with the run that was asked for, or with the newest if that
// is the run that this one would be, and returns the others.
func (j *job) goOnWith(ctx context.Context, left []*history.Run) ([]*history.Run, error) {
	if j.resume != "" {
		return j.goOnAsAsked(ctx, left)
	}
	if len(left) == 0 || j.config.Ledger.New || left[0].Journal.Header.ReadsStdin() || left[0].Unfinished().ChangedSince(j.header()) != "" {
		return left, nil
	}
	goesOn, err := j.goOn(ctx, left[0])
	if err != nil || !goesOn {
		return left, err
	}
	return left[1:], nil
}

// goOnAsAsked goes on with one run or with none.
func (j *job) goOnAsAsked(ctx context.Context, left []*history.Run) ([]*history.Run, error) {
	i := slices.IndexFunc(left, func(r *history.Run) bool { return r.ID == j.resume })
	if i < 0 {
		return nil, j.cannotResume(errors.New("it ended meanwhile, or its settings lead to another account now"))
	}
	if what := left[i].Unfinished().ChangedSince(j.header()); what != "" {
		return nil, j.cannotResume(errors.New(what))
	}
	_, err := j.goOn(ctx, left[i])
	if other, ok := errors.AsType[*checkpoint.InputChangedError](err); ok {
		return nil, j.cannotResume(other)
	}
	return slices.Delete(left, i, i+1), err
}

// cannotResume is a run that would not do what it was begun to do.
func (j *job) cannotResume(why error) error {
	return exit.Usage(exit.NothingSent(fmt.Errorf("resume run %s: %w", j.resume, why)),
		"put back what was changed; or begin a new run, which first takes up into the ledger what this one has done", j.config.Invocation.Again(j.paths...))
}

// goOn opens the outputs of an earlier run where it stopped, if the input still
// begins with what that run has written.
func (j *job) goOn(ctx context.Context, e *history.Run) (bool, error) {
	read := checkpoint.NewDigest()
	records, stop, err := checkpoint.Skip(iter.Seq2[*user.Record, error](j.attended(ctx, e.Journal.Mark.Record)), read, e.Journal.Mark, j.config.Target.Mode == config.Mirror)
	if _, other := errors.AsType[*checkpoint.InputChangedError](err); other && j.resume == "" {
		return false, j.reopenInput(ctx)
	}
	if err != nil {
		return false, err
	}
	if err := j.reopenOutputs(e, read); err != nil {
		stop()
		return false, &history.PlaceError{Err: err}
	}
	j.start = start{read: read, records: reader.Records(records), stop: stop, from: e.Journal.Mark.Record, maybe: e.Journal.Mark.Record + journal.MostBeyond, earlier: e.Unfinished().Outcomes()}
	if len(j.conn.Unsafe()) > 0 {
		j.start.sent = e.Unfinished().Sent()
	}
	facts := []zap.Field{zap.Int("behind_record", e.Journal.Mark.Record)}
	if j.resume == "" {
		facts = append(facts, zap.String("hint", "--new begins another"))
	}
	j.log.always("continuing run "+e.ID, facts...)
	return true, nil
}

// reopenOutputs cuts the files of an earlier run back to its last mark, and
// counts what stands in them.
func (j *job) reopenOutputs(e *history.Run, read *checkpoint.Digest) (err error) {
	if j.out, err = resumeOutputs(j, e); err != nil {
		return err
	}
	if err := j.recount(); err != nil {
		return err
	}
	if err := j.out.compose(j); err != nil {
		return err
	}
	if read.Last()+j.counts.Absent != e.Journal.Mark.Record && read.Last() < e.Journal.Mark.Record {
		return &checkpoint.InputChangedError{Record: e.Journal.Mark.Record}
	}
	read.Pass(e.Journal.Mark.Record)
	diary, err := j.out.journal()
	if err != nil {
		return err
	}
	if j.out.diary, err = journal.Continue(diary, e.Journal, journal.Resumed{At: j.started, Args: j.args}); err != nil {
		return err
	}
	j.before = j.counts
	if e.Journal.Mark.Outcomes == nil { // it is the ledger's, which does not count
		e.Journal.Mark.Outcomes = j.before.Outcomes
	}
	if j.before.Written != e.Journal.Mark.Record {
		return fmt.Errorf("continue run %s: its results hold %d records, and its mark stands at %d", e.ID, j.before.Written, e.Journal.Mark.Record)
	}
	return j.out.diary.Mark(e.Journal.Mark) // the journal may lack the ledger's
}

// reopenInput begins to read the input anew.
func (j *job) reopenInput(ctx context.Context) (err error) {
	if err := j.input.Close(); err != nil {
		return err
	}
	if j.presence != nil {
		if j.presence, err = mirror.NewPresence(ctx, j.past.Ledger); err != nil {
			return err
		}
	}
	j.input, err = openInput(ctx, j.stdin, j.config, j.conn.Client, j.paths)
	return err
}

// attended are the records of the input, of which a mirror takes note: who was
// written before as well.
func (j *job) attended(ctx context.Context, written int) reader.Records {
	return present(ctx, j.presence, j.input, written)
}

// present are the records of an input, noted in p unless it is nil.
func present(ctx context.Context, p *mirror.Presence, in *reader.Input, written int) reader.Records {
	if p == nil {
		return in.Records()
	}
	return reader.Records(p.Of(ctx, iter.Seq2[*user.Record, error](in.Records()), written))
}
