package konstantly

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/konstantly"
	"usersync/sync/user"
)

// open makes the client with all its middleware, and its sandbox.
func open(t *testing.T, o mock.Options, absence Absence, faults ...string) (destination.Destination, *sandbox.Server) {
	t.Helper()
	faulty, err := sandbox.Options{API: mock.New(o), Seed: 11}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	at := stage.Connect(t, s)
	config := settings(at.URL)
	config.OnAbsent, config.REST.DialContext = absence, at.Dial
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return wired.Middleware{}.Wrap(c), s
}

const crowd = 12

// night sends every user with the given call, and reports their outcomes.
func night(t *testing.T, d destination.Destination, op user.Op, occupation string) map[user.Status]int {
	t.Helper()
	became := map[user.Status]int{}
	for n := range crowd {
		r := learner(n, 0)
		r.Op = op
		if op == user.Create || op == user.Update {
			r.Op = user.Upsert
		}
		for i := range r.User.Attributes {
			if r.User.Attributes[i].Field == user.Occupation {
				r.User.Attributes[i].Value = text(occupation)
			}
		}
		outcomes, err := d.Apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}})
		if err != nil {
			t.Fatal(err)
		}
		became[outcomes[0].Status]++
		if !outcomes[0].Status.Final() || outcomes[0].Status.Rejected() {
			t.Errorf("%s of record %d: %s %s", op, n, outcomes[0].Status, outcomes[0].Code)
		}
	}
	return became
}

// holds counts the active users of that occupation, and those created more often
// than asked.
func holds(s *sandbox.Server, occupation string, created int) (active, doubled int) {
	for n := range crowd {
		u, _ := s.User(learner(n, 0).User.ID)
		data := string(u.Attributes)
		if u.Held && strings.Contains(data, `"isBanned":false`) && strings.Contains(data, fmt.Sprintf("%q", occupation)) && strings.Contains(data, `"employee_id":"A-4711"`) {
			active++
		}
		if int(u.Created) > created {
			doubled++
		}
	}
	return active, doubled
}

// TestNights: users are created, changed, deleted and brought back, with lost
// answers and failing calls, in every reading of what is not documented. In the end
// the site holds what the outcomes say, and no user twice.
func TestNights(t *testing.T) {
	troubles := []string{"lost:5%", "500:5%", "500:5%@after", "reset:5%", "429:5%", "cut:5%", "html:5%@after"}
	for _, o := range []mock.Options{{}, {Taken: 409}, {Taken: 422, Shows: true}} {
		for _, absence := range []Absence{Delete, Block} {
			for _, faults := range [][]string{nil, troubles} {
				t.Run(fmt.Sprintf("%+v, %s, %d faults", o, absence, len(faults)), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { nights(t, o, absence, faults) })
				})
			}
		}
	}
}

func nights(t *testing.T, o mock.Options, absence Absence, faults []string) {
	d, s := open(t, o, absence, faults...)
	lives := 1
	check := func(what, occupation string, want int) {
		if active, doubled := holds(s, occupation, lives); active != want || doubled > 0 {
			t.Errorf("after %s: %d active, %d doubled", what, active, doubled)
		}
	}
	night(t, d, user.Create, "Associate")
	check("the first night", "Associate", crowd)
	night(t, d, user.Update, "Manager")
	check("a change", "Manager", crowd)
	night(t, d, user.Create, "Director") // the ledger was lost
	check("a night without memory", "Director", crowd)
	night(t, d, user.Delete, "Director")
	check("a farewell", "Director", 0)
	if absence == Delete {
		lives = 2
	}
	night(t, d, user.Create, "Trainee")
	check("a return", "Trainee", crowd)
}
