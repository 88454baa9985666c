package shards

import (
	"context"
	"encoding/json"
	"maps"
	"sync/atomic"
	"time"

	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/report"
)

// Totals are what a shard tells the others: with each checkpoint what guards count, and in the
// end what the summary of the run needs.
type Totals struct {
	Settled   int                     // records
	Bad       int                     // of these, invalid or refused, and not parked
	Invalid   int                     // of these, invalid
	Deletes   user.FirstDeletes       `json:"FirstDeletes,omitzero"` // older versions tell a number as Deletes
	Noted     user.Noted              `json:",omitzero"`
	Calls     map[string]report.Calls `json:",omitempty"`
	NowParked int                     `json:",omitempty"`
	Started   time.Time               `json:",omitzero"`
}

// Tell tells the others, in place of what this shard has told before.
func (t Totals) Tell(ctx context.Context, others ledger.Shards) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return others.Tell(ctx, string(text))
}

// Ask returns the sum of what the others have told.
func Ask(ctx context.Context, others ledger.Shards) (sum Totals, err error) {
	texts, err := others.Told(ctx)
	if err != nil {
		return sum, err
	}
	for _, text := range texts {
		var one Totals
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return sum, err
		}
		sum.Add(one)
	}
	return sum, nil
}

// Add adds what another shard has told.
func (t *Totals) Add(one Totals) {
	t.Settled += one.Settled
	t.Bad += one.Bad
	t.Invalid += one.Invalid
	t.Deletes = t.Deletes.And(one.Deletes)
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

// AddTo completes the summary of the merged run, which did not begin after this process: the
// clock of another machine may be ahead.
func (t *Totals) AddTo(s *report.Summary) {
	s.Calls, s.Activity, s.Pace = t.Calls, nil, nil // those of the process that merges say nothing
	if began := t.Started; !began.IsZero() && began.Before(s.StartedAt) {
		s.StartedAt = began
	}
}

// Others is what the other shards had counted at the last checkpoint. It is safe for
// concurrent use.
type Others struct{ settled, bad atomic.Int64 }

// Counts returns how many records the other shards have settled, and how many of these are bad.
func (o *Others) Counts() (settled, bad int) { return int(o.settled.Load()), int(o.bad.Load()) }

// Set notes what they have counted now.
func (o *Others) Set(sum Totals) {
	o.settled.Store(int64(sum.Settled))
	o.bad.Store(int64(sum.Bad))
}
