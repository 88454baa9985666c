package engine_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// notes keeps the records that it was called with.
type notes struct {
	mu           sync.Mutex
	sent, unsent []int
}

func (d *notes) Sent(b user.Batch) error               { return d.add(&d.sent, b.Records) }
func (d *notes) Looked(user.Batch) error               { return nil }
func (d *notes) Unsent(records []*user.Record) error   { return d.add(&d.unsent, records) }
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

// Only creates that were certainly not made are recorded as unsent: not those settled,
// maybe taken, or still pending.
func TestUnsentCreatesAreNotInDoubt(t *testing.T) {
	denied := errors.New("denied")
	for name, test := range map[string]struct {
		replay destination.Replay
		known  bool // the outcomes say which of them are settled
		want   int
	}{
		"made once only, and some settled": {destination.Unsafe, true, 1},
		"made once only, and none settled": {destination.Unsafe, false, 2},
		"can be made again":                {destination.Detectable, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, d := new(results), new(notes)
				a := newAPI(out, 0)
				a.most = 4
				a.answer = func(b user.Batch) ([]user.Outcome, error) {
					b.Records[1].MaybeSent, b.Records[2].IntentRecorded = true, true
					if !test.known {
						return nil, denied
					}
					outcomes := good(b)
					for i := range outcomes[1:] {
						outcomes[i+1].Status = user.Unsettled
					}
					return outcomes, denied
				}
				_, err := engine.Job{Records: input(4, user.Create, own), Destination: keyless{a, test.replay}, Results: out, Journal: d}.Run(t.Context())
				if !errors.Is(err, denied) || len(d.sent) != 4 || len(d.unsent) != test.want {
					t.Errorf("sent %v, not sent after all %v (%v), want %d", d.sent, d.unsent, err, test.want)
				}
			})
		})
	}
}
