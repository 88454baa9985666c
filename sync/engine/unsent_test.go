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
	mu   sync.Mutex
	sent []int
}

func (d *notes) Sent(b user.Batch) error               { return d.add(&d.sent, b.Records) }
func (d *notes) Looked(user.Batch) error               { return nil }
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

// Creates that must not be made twice are noted by the maker of the call, when it is
// made: the engine notes them too early.
func TestUnsafeCreatesAreNotNotedBeforeTheirTurn(t *testing.T) {
	for replay, want := range map[destination.Replay]int{destination.Unsafe: 0, destination.Detectable: 4, destination.Safe: 4} {
		synctest.Test(t, func(t *testing.T) {
			out, d := new(results), new(notes)
			a := newAPI(out, 0)
			a.most = 4
			_, err := engine.Job{Records: input(4, user.Create, own), Destination: keyless{a, replay}, Results: out, Journal: d}.Run(t.Context())
			if err != nil || len(d.sent) != want {
				t.Errorf("replay %d: noted %v (%v), want %d", replay, d.sent, err, want)
			}
		})
	}
}
