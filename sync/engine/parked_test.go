package engine

import (
	"testing"

	"usersync/sync/user"
)

// A plan has decided who is parked. Of the rows that it holds no call for, the others were
// unchanged.
func TestParkedOfAPlan(t *testing.T) {
	for _, c := range []struct {
		name                      string
		applying, parked, lasting bool
		planned                   user.Op
		want                      bool
	}{
		{"run, parked", false, true, true, "", true},
		{"run, not parked yet", false, false, false, "", false},
		{"run, sent again", false, false, true, "", false},
		{"plan without a call, parked", true, true, true, "", true},
		{"plan without a call, its time has come since", true, false, true, "", true},
		{"plan without a call, refused once", true, false, false, "", false},
		{"plan with a call", true, true, true, user.Create, false},
	} {
		d := &decider{job: Job{Applying: c.applying}}
		r := &user.Record{Planned: c.planned, Recurring: &user.Recurring{Refused: &user.Streak{Runs: 1, Parked: c.parked, Lasting: c.lasting}}}
		if _, got := d.parked(r); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
