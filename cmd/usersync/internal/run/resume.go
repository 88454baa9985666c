package run

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
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// resumeAny resumes the run that was asked for, or the newest if that is the run that
// this one would be, and returns the others. If it resumes none, the start is nil.
func (b *beginning) resumeAny(ctx context.Context, left []*history.Run) (*start, []*history.Run, error) {
	if b.options.Resume != "" {
		return b.resumeNamed(ctx, left)
	}
	if len(left) == 0 || b.Config.Ledger.New || left[0].Journal.Header.ReadsStdin() || left[0].Unfinished().ChangedSince(b.header()) != "" {
		return nil, left, nil
	}
	at, err := b.resumeRun(ctx, left[0])
	if err != nil || at == nil {
		return nil, left, err
	}
	return at, left[1:], nil
}

// resumeNamed resumes the run that was asked for.
func (b *beginning) resumeNamed(ctx context.Context, left []*history.Run) (*start, []*history.Run, error) {
	i := slices.IndexFunc(left, func(r *history.Run) bool { return r.ID == b.options.Resume })
	if i < 0 {
		return nil, nil, b.cannotResume(errors.New("it ended meanwhile, or its settings lead to another account now"))
	}
	if what := left[i].Unfinished().ChangedSince(b.header()); what != "" {
		return nil, nil, b.cannotResume(errors.New(what))
	}
	at, err := b.resumeRun(ctx, left[i])
	if other, ok := errors.AsType[*checkpoint.InputChangedError](err); ok {
		return nil, nil, b.cannotResume(other)
	}
	return at, slices.Delete(left, i, i+1), err
}

// cannotResume is a run that would not do what it was begun to do.
func (b *beginning) cannotResume(why error) error {
	return exit.Usage(exit.NothingSent(fmt.Errorf("resume run %s: %w", b.options.Resume, why)),
		"put back what was changed; or begin a new run, which first takes up into the ledger what this one has done", b.Config.Invocation.Again(b.Paths...))
}

// resumeRun opens the files of an earlier run where it stopped, if the input still
// begins with what that run has written. Without a run that was asked for, another
// input is no error: the start is nil.
func (b *beginning) resumeRun(ctx context.Context, r *history.Run) (*start, error) {
	last, read := r.Journal.Checkpoint, checkpoint.NewDigest()
	records, stop, err := checkpoint.Skip(iter.Seq2[*user.Record, error](b.Records(ctx, b.presence, last.Record)), read, last, b.Config.Target.Mode == config.Mirror)
	if _, other := errors.AsType[*checkpoint.InputChangedError](err); other && b.options.Resume == "" {
		return nil, b.reopenInput(ctx)
	}
	if err != nil {
		return nil, err
	}
	files, before, err := b.reopenFiles(r, read)
	if err != nil {
		stop()
		return nil, &history.DirError{Err: err}
	}
	at := &start{files: files, read: read, records: reader.Records(records), stop: stop, before: before,
		Resumed: engine.Resumed{From: last.Record, Maybe: last.Record + journal.MaxUncheckpointed, Earlier: r.Unfinished().Outcomes()}}
	if len(b.Conn.Unsafe()) > 0 {
		at.Sent = r.Unfinished().Sent()
	}
	facts := []zap.Field{zap.Int("behind_record", last.Record)}
	if b.options.Resume == "" {
		facts = append(facts, zap.String("hint", "--new begins another"))
	}
	b.options.Log.Always("continuing run "+r.ID, facts...)
	return at, nil
}

// reopenInput reads the input from its beginning again.
func (b *beginning) reopenInput(ctx context.Context) (err error) {
	if err := b.Reopen(ctx); err != nil {
		return err
	}
	b.presence, err = b.newPresence(ctx)
	return err
}

// reopenFiles cuts the files of an earlier run back to its last checkpoint, and
// counts what stands in them.
func (b *beginning) reopenFiles(r *history.Run, read *checkpoint.Digest) (*files, contents, error) {
	f, err := resumeFiles(b.filesSpec(), r)
	if err != nil {
		return nil, contents{}, err
	}
	before, err := b.continueFiles(f, r, read)
	if err != nil {
		return nil, before, errors.Join(err, f.release())
	}
	return f, before, nil
}

// continueFiles checks that the files hold what the journal says, and continues them.
func (b *beginning) continueFiles(f *files, r *history.Run, read *checkpoint.Digest) (before contents, err error) {
	if before, err = f.recount(); err != nil {
		return before, err
	}
	if err := f.openWriters(); err != nil {
		return before, err
	}
	last := &r.Journal.Checkpoint
	if read.Last()+before.Absent != last.Record && read.Last() < last.Record {
		return before, &checkpoint.InputChangedError{Record: last.Record}
	}
	read.Pass(last.Record)
	if err := f.resume(r.Journal, journal.Resumed{At: b.started, Args: b.options.Args}); err != nil {
		return before, err
	}
	if last.Outcomes == nil { // it is the ledger's, which does not count
		last.Outcomes = before.Outcomes
	}
	if before.Written != last.Record {
		return before, fmt.Errorf("continue run %s: its results hold %d records, and its mark stands at %d", r.ID, before.Written, last.Record)
	}
	return before, f.journal.Checkpoint(*last) // the journal may lack the ledger's
}
