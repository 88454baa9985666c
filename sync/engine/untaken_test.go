package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// ending ends the run, and says of every other record that a call may have delivered it.
type ending struct{ *api }

func (e ending) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	for _, r := range b.Records {
		r.PerhapsTaken = r.Origin.Record%2 == 0
	}
	return nil, errors.New("denied")
}

// What no call has delivered is taken back when the run ends, and only the rest is counted
// as perhaps taken.
func TestUntakenRecordsAreTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, d := new(results), new(notes)
		a := newAPI(out, 0)
		a.most = 10
		s, err := engine.Job{Records: input(10, user.Create, own), Destination: ending{a}, Results: out, Journal: d}.Run(t.Context())
		if err == nil || len(d.sent) != 10 || len(d.untaken) != 5 || s.PerhapsTaken != 5 {
			t.Errorf("%d sent, %v taken back, %d perhaps taken: %v", len(d.sent), d.untaken, s.PerhapsTaken, err)
		}
		for _, record := range d.untaken {
			if record%2 == 0 {
				t.Errorf("record %d may have been taken, and was taken back", record)
			}
		}
	})
}
