package run

import (
	"context"
	"errors"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/shards"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/report"
)

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
	t := shards.Totals{Started: s.run.started, Invalid: saved.Count(user.Invalid)}
	t.Deletes, t.Absent = s.run.shard.deletes.Counts()
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
		s.run.shard.deletes.SetOthers(sum.Deletes, sum.Absent)
	}
	return err
}

// checkTotals checks what all shards have counted, before this one is done: of shards that end at
// the same time, at least the last one knows what all of them have.
func (s *Shard) checkTotals() error {
	if err := s.exchange(); err != nil {
		return err
	}
	return s.run.maxErrors(s.run.counts.Outcomes).Check()
}

// tellLast tells what the summary of the run needs.
func (s *Shard) tellLast(ctx context.Context, sent *report.Summary) error {
	t := s.soFar()
	t.Noted, t.Calls, t.NowParked = s.run.checkpointer.Noted(), sent.Calls, s.run.nowParked
	return t.Tell(ctx, s.run.others())
}
