package engine_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// notes keeps the records that it was called with.
type notes struct {
	mu                    sync.Mutex
	sent, looked, untaken []int
}

func (d *notes) Sent(b user.Batch) error               { return d.add(&d.sent, b.Records) }
func (d *notes) Looked(b user.Batch) error             { return d.add(&d.looked, b.Records) }
func (d *notes) Untaken(records []*user.Record) error  { return d.add(&d.untaken, records) }
func (d *notes) Settled(outcomes []user.Outcome) error { return nil }

func (d *notes) add(to *[]int, records []*user.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range records {
		*to = append(*to, r.Origin.Record)
	}
	return nil
}

// keyless is an API whose creates must not be repeated.
type keyless struct {
	*api
	replay destination.Replay
}

func (k keyless) Traits() destination.Traits {
	t := k.api.Traits()
	t.Ops[user.Create] = destination.OpTraits{Max: 4, Replay: k.replay}
	return t
}

// Creates that must not be repeated are recorded right before their call: the engine
// would record them too early. It records their rows, and as sent those that were
// perhaps sent before.
func TestUnsafeCreatesAreNotNotedBeforeTheirTurn(t *testing.T) {
	for replay, want := range map[destination.Replay][2]int{destination.Unsafe: {1, 3}, destination.Detectable: {4, 0}, destination.Safe: {4, 0}} {
		synctest.Test(t, func(t *testing.T) {
			out, d := new(results), new(notes)
			a := newAPI(out, 0)
			a.most = 4
			job := engine.Job{Records: input(4, user.Create, own), Destination: keyless{a, replay}, Results: out, Journal: d}
			job.MaybeSentTo = 4
			job.OutcomeOf = func(*user.Record) (user.Outcome, bool, error) { return user.Outcome{}, false, nil }
			job.WasSent = func(r *user.Record) bool { return r.Origin.Record == 2 }
			_, err := job.Run(t.Context())
			if err != nil || len(d.sent) != want[0] || len(d.looked) != want[1] || replay == destination.Unsafe && d.sent[0] != 2 {
				t.Errorf("replay %d: sent %v, rows %v (%v), want %v", replay, d.sent, d.looked, err, want)
			}
		})
	}
}
