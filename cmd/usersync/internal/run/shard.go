package run

import (
	"context"
	"errors"
	"iter"
	"math"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/shards"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/report"
)

// shard is the part of a run that this process makes.
type shard struct {
	shards.Part
	job    ledger.Job
	joined ledger.Joined
	others shards.Others
	// deletes are the first users that shards have tried to delete.
	deletes engine.Deletes
	told    shards.Totals // by all others, for what comes after them
	runs    string        // the runs directory of this attempt, with what no other process needs
	// endedAgain says that this process has ended a run that another one had merged.
	endedAgain bool
}

// name is what the ledger calls the shard.
func (s *shard) name() string { return ledger.ShardName(s.joined.Run, s.Index) }

// window is how many records are in memory; 0, the usual number, without shards.
func (s *shard) window() int {
	if s == nil {
		return 0
	}
	return s.Window()
}

// input are the records of the input, and which of them are this shard's.
func (b *beginning) input(ctx context.Context, written int) reader.Records {
	if b.shard != nil { // the engine looks no record up that is not its own
		written = math.MaxInt
	}
	records := b.Records(ctx, b.presence, written)
	if b.shard == nil {
		return records
	}
	// Each shard counts the deletes of the whole input.
	limited := b.LimitDeletes(ctx, iter.Seq2[*user.Record, error](records), preview.Deletes{Ledger: b.lease.Ledger, Protected: b.protected})
	return b.shard.Of(limited)
}

// part says what is different about the files of a shard.
func (s *shard) part(spec output.Spec) output.Spec {
	if s == nil {
		return spec
	}
	spec.Part = output.Part{Name: s.name(), Shard: true}
	spec.RunsDir, spec.ResultsFormat = s.runs, "jsonl"
	return spec
}

// uncounted is how many records up to a checkpoint other shards settle.
func uncounted(m *journal.Checkpoint, written int) int {
	if m.Outcomes == nil { // the checkpoint is the ledger's, which has no counts
		return m.Record - written
	}
	return m.Outcomes[user.Elsewhere]
}

// counts are those of the other shards; nil without shards.
func (s *shard) counts() func() (settled, bad int) {
	if s == nil {
		return nil
	}
	return s.others.Counts
}

// deleted are the first users that shards have tried to delete, of which an earlier process of
// this one has tried some; nil without shards.
func (s *shard) deleted(before user.FirstDeletes) *engine.Deletes {
	if s == nil {
		return nil
	}
	s.deletes.SetOwn(before)
	return &s.deletes
}

// invalid is how many records the other shards found invalid, once all of them are done.
func (s *shard) invalid() int {
	if s == nil {
		return 0
	}
	return s.told.Invalid
}

// Shard is a run that is a shard of another, which several processes make together. It is for
// one goroutine.
type Shard struct{ run *Run }

// Shard returns the run as a shard; nil if it is not made in shards.
func (r *Run) Shard() *Shard {
	if r.shard == nil {
		return nil
	}
	return &Shard{r}
}

// Ended reports whether the shard was done before this process began.
func (s *Shard) Ended() bool { return s.run.shard.joined.Done }

// Merged reports whether the run was merged before this process began, and returns its summary,
// which has no state if it is not in the runs directory.
func (s *Shard) Merged() (merged report.Summary, is bool) {
	if !s.Ended() || !s.run.shard.joined.Merged {
		return merged, false
	}
	return s.run.summaryOf(s.run.shard.joined.Run), true
}

// EndedAgain reports whether this process has ended a run that another one had merged, and so has
// perhaps told no one how it ended.
func (s *Shard) EndedAgain() bool { return s.run.shard.endedAgain }

// Lost is why this process may no longer hold its shard, if err is not nil: whatever err says,
// the files may be those of another process by now, or be removed. It is nil for a run without
// shards.
func (s *Shard) Lost(err error) error {
	if err == nil || s == nil {
		return nil
	}
	return whyLost(err, s.run.lease)
}

func whyLost(err error, l *connect.Lease) error {
	switch {
	case errors.Is(err, ledger.ErrFenced):
		return ledger.ErrFenced
	case errors.Is(err, ledger.ErrLost):
		return ledger.ErrLost
	}
	return l.Check()
}

// End records that the shard is done: each of its records has an outcome. It reports whether all
// shards are, so that this process merges them. sent is the summary of what it has sent.
func (s *Shard) End(ctx context.Context, sent *report.Summary) (last bool, err error) {
	ctx = context.WithoutCancel(ctx)
	if s.Ended() {
		return s.run.shard.joined.Last && !s.run.shard.joined.Merged, nil
	}
	// The journal gets no end: until the shard is done, its next process may have to continue it.
	if err := s.tellLast(ctx, sent); err != nil {
		return false, err
	}
	return s.run.others().Done(ctx)
}

// soFar is what the shard tells with a checkpoint.
func (s *Shard) soFar() shards.Totals {
	saved, parked := s.run.checkpointer, s.run.at.files.Counts().Of(user.Refused, user.CodeParked)
	t := shards.Totals{Started: s.run.started, Invalid: saved.Count(user.Invalid), Deletes: s.run.shard.deletes.Own()}
	for _, status := range user.Statuses {
		t.Settled += saved.Count(status)
	}
	t.Bad = t.Invalid + saved.Count(user.Refused) - parked
	return t
}

// exchange is called with each checkpoint: it tells the other shards what this one has
// counted, and asks what they have.
func (s *Shard) exchange() error {
	ctx, others := context.Background(), s.run.others()
	if err := s.soFar().Tell(ctx, others); err != nil {
		return err
	}
	sum, err := shards.Ask(ctx, others)
	if err == nil {
		s.run.shard.others.Set(sum)
		s.run.shard.deletes.SetOthers(sum.Deletes)
	}
	return err
}

// checkTotals checks what all shards have counted, before this one is done: of shards that end at
// the same time, at least the last one knows what all of them have.
func (s *Shard) checkTotals() error {
	if err := s.exchange(); err != nil {
		return err
	}
	return errors.Join(s.run.shard.deletes.Check(s.run.Config.Guards.AbsentOK), s.run.maxErrors(s.run.counts.Outcomes).Check())
}

// tellLast tells what the summary of the run needs.
func (s *Shard) tellLast(ctx context.Context, sent *report.Summary) error {
	t := s.soFar()
	t.Noted, t.Calls, t.NowParked = s.run.checkpointer.Noted(), sent.Calls, s.run.nowParked
	return t.Tell(ctx, s.run.others())
}
