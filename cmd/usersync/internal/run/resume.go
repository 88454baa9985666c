package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/earlier"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/engine"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// resumeAny resumes the run that was asked for, or otherwise the newest if it has the
// same settings and input. It returns the other runs. If it resumes none, start is nil.
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
		return nil, nil, b.cannotResume(errors.New("it has ended since, or its settings now lead to another account"))
	}
	if what := left[i].Unfinished().ChangedSince(b.header()); what != "" {
		return nil, nil, b.cannotResume(errors.New(what))
	}
	at, err := b.resumeRun(ctx, left[i])
	if isOtherInput(err) {
		return nil, nil, b.cannotResume(err)
	}
	return at, slices.Delete(left, i, i+1), err
}

// cannotResume is the error for a run that would not continue what it started.
func (b *base) cannotResume(why error) error {
	return exit.Usage(exit.NothingSent(fmt.Errorf("resume run %s: %w", b.options.Resume, why)),
		"undo the change; or start a new run, which first absorbs what this one has done", b.Config.Invocation.Again(b.Paths...))
}

// resumeRun opens the files of an earlier run where it stopped, if the input still starts
// with the records that run has written. If not, that is an error only if this run was
// asked for by name; otherwise start is nil.
func (b *beginning) resumeRun(ctx context.Context, r *history.Run) (*start, error) {
	last, read := r.Journal.Checkpoint, checkpoint.NewDigest()
	records, hashes, stop, err := b.skipWritten(ctx, r, read)
	if isOtherInput(err) && b.options.Resume == "" && b.shard == nil {
		return nil, b.reopenInput(ctx)
	}
	if err != nil {
		return nil, err
	}
	if l := b.lease.Ledger; l.Stored().Kept() {
		if err := l.Stored().Claim(ctx, r.ID); err != nil {
			stop()
			return nil, exit.NothingSent(err)
		}
	}
	files, before, err := earlierFiles{b.base, b.lease.Ledger, r, read, b.shard}.open()
	if err != nil {
		stop()
		return nil, &history.DirError{Err: err}
	}
	at := &start{files: files, read: read, records: reader.Records(records), stop: stop, before: before, hashes: hashes, deleting: earlier.DeletingIn(r.Journal), renamed: renamedIn(r.Journal.Settled), unanswered: []unanswered{unansweredBy(r.Journal, true)},
		Resumed: engine.Resumed{Written: last.Record, MaybeSentTo: last.Record + journal.MaxUncheckpointed, OutcomeOf: r.Unfinished().Outcomes(), WasSent: r.Unfinished().Sent(), WasRenamed: r.Unfinished().Renamed(),
			Earlier: files.Settled(),
		}}
	facts := []zap.Field{zap.Int("behind_record", last.Record)}
	if b.options.Resume == "" && b.shard == nil {
		facts = append(facts, zap.String("hint", "--new starts another"))
	}
	b.options.Log.Always("continuing run "+r.ID, facts...)
	return at, nil
}

// skipWritten returns the records of the input after those that a run has written, which go into
// read, and how rows are hashed to compare them. Call stop if there is no error.
func (b *beginning) skipWritten(ctx context.Context, r *history.Run, read *checkpoint.Digest) (records iter.Seq2[*user.Record, error], hashes fingerprint.Rows, stop func(), err error) {
	mirror := b.Config.Target.Mode == config.Mirror
	last := r.Journal.Checkpoint
	records, stop, err = checkpoint.Skip(iter.Seq2[*user.Record, error](b.input(ctx, last.Record)), read, last, mirror)
	if err != nil {
		return nil, hashes, nil, err
	}
	if hashes, err = rowHashes(b.lease.Ledger, r.Journal.Header); err == nil {
		records, err = r.Unfinished().Compare(records, hashes.Hash, mirror)
	}
	if err != nil {
		stop()
	}
	return records, hashes, stop, err
}

// isOtherInput reports whether an input is not known to be the one that a run has read.
func isOtherInput(err error) bool {
	_, changed := errors.AsType[*checkpoint.InputChangedError](err)
	_, unknown := errors.AsType[checkpoint.NoHashesError](err)
	return changed || unknown
}

// reopenInput reads the input from its beginning again.
func (b *beginning) reopenInput(ctx context.Context) error {
	if err := b.Reopen(ctx); err != nil {
		return err
	}
	return b.compareIDs(ctx)
}
