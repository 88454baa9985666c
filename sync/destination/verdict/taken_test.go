package verdict

import (
	"errors"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// What a call may have delivered is what its answer does not rule out.
func TestMarkTaken(t *testing.T) {
	fault := func(f destination.Fault, status int) error { return &destination.CallError{Fault: f, Status: status} }
	of := func(s user.Status) []user.Outcome { return []user.Outcome{{Status: s}} }
	for name, c := range map[string]struct {
		outcomes []user.Outcome
		err      error
		replay   destination.Replay
		want     bool
	}{
		"created":                  {outcomes: of(user.Created), want: true},
		"in doubt":                 {outcomes: of(user.InDoubt), want: true},
		"failed":                   {outcomes: of(user.Failed), want: true},
		"refused":                  {outcomes: of(user.Refused)},
		"busy":                     {outcomes: of(user.Busy)},
		"exists":                   {outcomes: of(user.Exists)},
		"missing":                  {outcomes: of(user.Missing)},
		"no outcomes":              {want: true},
		"401":                      {err: fault(destination.Denied, 401)},
		"429":                      {err: fault(destination.NotTaken, 429)},
		"503":                      {err: fault(destination.NotTaken, 503), replay: destination.Safe},
		"503 to an unsafe call":    {err: fault(destination.NotTaken, 503), replay: destination.Unsafe, want: true},
		"400":                      {err: fault(destination.RefusedWhole, 400)},
		"500":                      {err: fault(destination.PerhapsTaken, 500), want: true},
		"timeout":                  {err: fault(destination.PerhapsTaken, 0), want: true},
		"an error of another kind": {err: errors.New("interrupted"), want: true},
	} {
		for _, before := range []bool{false, true} {
			r := &user.Record{Sending: user.Sending{PerhapsTaken: before}}
			MarkTaken(user.Batch{Op: user.Create, Records: []*user.Record{r}}, c.outcomes, c.err, c.replay)
			if want := c.want || before; r.PerhapsTaken != want {
				t.Errorf("%s: perhaps taken %t, want %t", name, r.PerhapsTaken, want)
			}
		}
	}
}
