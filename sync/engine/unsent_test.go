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

// diary keeps the records of which it was told.
type diary struct {
	mu           sync.Mutex
	sent, unsent []int
}

func (d *diary) Sent(b user.Batch) error               { return d.add(&d.sent, b.Records) }
func (d *diary) Unsent(records []*user.Record) error   { return d.add(&d.unsent, records) }
func (d *diary) Settled(outcomes []user.Outcome) error { return nil }

func (d *diary) add(to *[]int, records []*user.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range records {
		*to = append(*to, r.Origin.Record)
	}
	return nil
}

// keyless is an API whose creates must not be made twice.
type keyless struct {
	*api
	replay destination.Replay
}

func (k keyless) Traits() destination.Traits {
	t := k.api.Traits()
	t.Ops[user.Create] = destination.OpTraits{Max: 4, Replay: k.replay}
	return t
}

// The note of a create that was certainly not made is taken back, and no other:
// not of who was settled, perhaps taken, or is pending still.
func TestWhoWasNotSentIsNotLeftInDoubt(t *testing.T) {
	denied := errors.New("denied")
	for name, test := range map[string]struct {
		replay destination.Replay
		known  bool // which of them are settled is told
		want   int
	}{
		"made once only, and some settled": {destination.Unsafe, true, 1},
		"made once only, and none settled": {destination.Unsafe, false, 2},
		"can be made again":                {destination.Detectable, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, d := new(results), new(diary)
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
