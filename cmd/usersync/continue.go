package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/journal"
)

// goOnWith goes on with the run that was asked for, or with the newest if that
// is the run that this one would be, and returns the others.
func (j *job) goOnWith(ctx context.Context, left []earlier) ([]earlier, error) {
	if j.resume != "" {
		return j.goOnAsAsked(ctx, left)
	}
	if len(left) == 0 || j.config.Ledger.New || left[0].fromStdin() || left[0].differs(j.header()) != "" {
		return left, nil
	}
	goesOn, err := j.goOn(ctx, left[0])
	if err != nil || !goesOn {
		return left, err
	}
	return left[1:], nil
}

// goOnAsAsked goes on with one run or with none.
func (j *job) goOnAsAsked(ctx context.Context, left []earlier) ([]earlier, error) {
	i := slices.IndexFunc(left, func(e earlier) bool { return e.id == j.resume })
	if i < 0 {
		return nil, j.cannotResume(errors.New("it ended meanwhile, or its settings lead to another account now"))
	}
	if what := left[i].differs(j.header()); what != "" {
		return nil, j.cannotResume(errors.New(what))
	}
	_, err := j.goOn(ctx, left[i])
	if other, ok := errors.AsType[*otherInputError](err); ok {
		return nil, j.cannotResume(other)
	}
	return slices.Delete(left, i, i+1), err
}

// cannotResume is a run that would not do what it was begun to do.
func (j *job) cannotResume(why error) error {
	return exit.Usage(exit.NothingSent(fmt.Errorf("resume run %s: %w", j.resume, why)),
		"put back what was changed; or begin a new run, which first takes up into the ledger what this one has done", j.again(j.paths...))
}

// goOn opens the outputs of an earlier run where it stopped, if the input still
// begins with what that run has written.
func (j *job) goOn(ctx context.Context, e earlier) (bool, error) {
	k := &keeper{digest: sha256.New()}
	records, stop, err := skip(j.attended(ctx, e.past.Mark.Record), k, e.past.Mark, j.config.Target.Mode == mirror)
	if _, other := errors.AsType[*otherInputError](err); other && j.resume == "" {
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
	if len(j.conn.unsafe()) > 0 {
		j.start.sent = e.sent()
	}
	facts := []zap.Field{zap.Int("behind_record", e.past.Mark.Record)}
	if j.resume == "" {
		facts = append(facts, zap.String("hint", "--new begins another"))
	}
	j.mention("continuing run "+e.id, facts...)
	return true, nil
}

// mention says what is worth knowing at any log level.
func (j *job) mention(what string, facts ...zap.Field) {
	if j.config.Log.Format == "json" {
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
	if err := j.out.compose(j); err != nil {
		return err
	}
	if k.last+j.counts.Absent != e.past.Mark.Record && k.last < e.past.Mark.Record {
		return &otherInputError{e.past.Mark.Record}
	}
	j.keeper, k.last = k, e.past.Mark.Record
	diary, err := j.out.journal()
	if err != nil {
		return err
	}
	if j.out.diary, err = journal.Continue(diary, e.past, journal.Resumed{At: j.started, Args: j.args}); err != nil {
		return err
	}
	j.before = j.counts
	if e.past.Mark.Outcomes == nil { // it is the ledger's, which does not count
		e.past.Mark.Outcomes = j.before.Outcomes
	}
	if j.before.Written != e.past.Mark.Record {
		return fmt.Errorf("continue run %s: its results hold %d records, and its mark stands at %d", e.id, j.before.Written, e.past.Mark.Record)
	}
	return j.out.diary.Mark(e.past.Mark) // the journal may lack the ledger's
}

// reopenInput begins to read the input anew.
func (j *job) reopenInput(ctx context.Context) (err error) {
	if err := j.input.Close(); err != nil {
		return err
	}
	if j.attendance != nil {
		if j.attendance, err = newAttendance(ctx, j.past.ledger); err != nil {
			return err
		}
	}
	j.input, err = openInput(ctx, j.stdin, j.config, j.conn.client, j.paths)
	return err
}

// attended are the records of the input, of which a mirror takes note: who was
// written before as well, which are those up to the record asked.
func (j *job) attended(ctx context.Context, asked int) reader.Records {
	if j.attendance == nil {
		return j.input.Records()
	}
	j.attendance.asked = asked
	return j.attendance.of(ctx, j.input.Records())
}
