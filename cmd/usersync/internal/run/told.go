package run

import (
	"context"
	"encoding/json"
	"maps"
	"sync/atomic"
	"time"

	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/report"
)

// told is what shards tell each other: with each checkpoint what guards count, and in the end
// what the summary of the run needs.
type told struct {
	Settled   int                     // records
	Bad       int                     // of these, invalid or refused, and not parked
	Invalid   int                     // of these, invalid
	Deletes   int                     `json:",omitempty"` // of the first users to delete
	Absent    int                     `json:",omitempty"` // of these, not found
	Noted     user.Noted              `json:",omitzero"`
	Calls     map[string]report.Calls `json:",omitempty"`
	NowParked int                     `json:",omitempty"`
	Started   time.Time               `json:",omitzero"`
}

// ask returns the sum of what the other shards have told.
func (told) ask(ctx context.Context, shards ledger.Shards) (sum told, err error) {
	texts, err := shards.Told(ctx)
	if err != nil {
		return sum, err
	}
	for _, text := range texts {
		var one told
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return sum, err
		}
		sum.add(one)
	}
	return sum, nil
}

func (t *told) add(one told) {
	t.Settled += one.Settled
	t.Bad += one.Bad
	t.Invalid += one.Invalid
	t.Deletes += one.Deletes
	t.Absent += one.Absent
	t.NowParked += one.NowParked
	t.Noted.Merge(one.Noted)
	if t.Started.IsZero() || !one.Started.IsZero() && one.Started.Before(t.Started) {
		t.Started = one.Started
	}
	if t.Calls == nil {
		t.Calls = map[string]report.Calls{}
	}
	for kind, calls := range one.Calls {
		all := t.Calls[kind]
		met := maps.Clone(all.Met)
		if met == nil {
			met = map[string]int{}
		}
		for result, n := range calls.Met {
			met[result] += n
		}
		t.Calls[kind] = report.Calls{Made: all.Made + calls.Made, Met: met}
	}
}

// addTo completes the summary of the merged run.
func (t *told) addTo(s *report.Summary) {
	s.Calls, s.Activity, s.Pace = t.Calls, nil, nil           // those of the process that merges say nothing
	if !t.Started.IsZero() && t.Started.Before(s.StartedAt) { // another machine's clock may be ahead
		s.StartedAt = t.Started
	}
}

// others is what the other shards had counted at the last checkpoint. It is safe for
// concurrent use.
type others struct{ settled, bad atomic.Int64 }

// Counts returns how many records the other shards have settled, and how many of these are bad.
func (o *others) Counts() (settled, bad int) { return int(o.settled.Load()), int(o.bad.Load()) }

// counts are those of the other shards; nil without shards.
func (s *shard) counts() func() (settled, bad int) {
	if s == nil {
		return nil
	}
	return s.others.Counts
}

// deleted are the first users that shards have tried to delete; nil without shards.
func (s *shard) deleted() *engine.Deletes {
	if s == nil {
		return nil
	}
	return &s.deletes
}

// invalid is how many records the other shards found invalid, once all of them are done.
func (s *shard) invalid() int {
	if s == nil {
		return 0
	}
	return s.told.Invalid
}

// soFar is what this shard tells with a checkpoint.
func (r *Run) soFar() told {
	t := told{Started: r.started}
	t.Deletes, t.Absent = r.shard.deletes.Counts()
	for _, s := range user.Statuses {
		t.Settled += r.checkpointer.Count(s)
	}
	t.Invalid = r.checkpointer.Count(user.Invalid)
	t.Bad = r.checkpointer.Count(user.Invalid) + r.checkpointer.Count(user.Refused) - r.at.files.Counts().Of(user.Refused, user.CodeParked)
	return t
}

func (r *Run) tell(ctx context.Context, t told) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return r.lease.Ledger.Shards(r.shard.job).Tell(ctx, string(text))
}

// exchange is called with each checkpoint: it tells the other shards what this one has
// counted, and asks what they have.
func (r *Run) exchange() error {
	ctx := context.Background()
	if err := r.tell(ctx, r.soFar()); err != nil {
		return err
	}
	sum, err := told{}.ask(ctx, r.lease.Ledger.Shards(r.shard.job))
	if err == nil {
		r.shard.others.settled.Store(int64(sum.Settled))
		r.shard.others.bad.Store(int64(sum.Bad))
		r.shard.deletes.SetOthers(sum.Deletes, sum.Absent)
	}
	return err
}

// checkTotals checks what all shards have counted, before this one is done: of shards that end at
// the same time, at least the last one knows what all of them have.
func (r *Run) checkTotals() error {
	if err := r.exchange(); err != nil {
		return err
	}
	return r.maxErrors(r.counts.Outcomes).Check()
}

// tellLast tells what the summary of the run needs.
func (r *Run) tellLast(ctx context.Context, s *report.Summary) error {
	t := r.soFar()
	t.Noted, t.Calls, t.NowParked = r.checkpointer.Noted(), s.Calls, r.nowParked
	return r.tell(ctx, t)
}
