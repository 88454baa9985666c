package custom

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/pace"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/shapes"
	"usersync/sync/user"
)

// trial sends 45 users to the sandbox of one of the examples.
type trial struct {
	example, faults string
	op              user.Op
	want            map[user.Status]int
}

// TestExamplesTellTheTruth runs each example against its sandbox, with all the
// middleware, and compares every outcome with what the sandbox holds.
func TestExamplesTellTheTruth(t *testing.T) {
	for _, r := range []trial{
		{"hubspot", "", user.Create, counts(user.Created, 45)},
		{"hubspot", "refuse=422:id=customer-7", user.Create, counts(user.Created, 44, user.Refused, 1)},
		{"hubspot", "lost:#1", user.Create, counts(user.Created, 45)},
		{"hubspot", "short foreign", user.Create, counts(user.Created, 45)},
		{"hubspot", "nodata", user.Create, counts(user.Created, 45)},
		{"salesforce", "", user.Create, counts(user.Created, 45)},
		{"salesforce", "", user.Update, counts(user.Created, 45)}, // the answer says so
		{"salesforce", "refuse=400:id=customer-3", user.Update, counts(user.Created, 44, user.Refused, 1)},
		{"salesforce", "short", user.Update, counts(user.Updated, 45)}, // the order is not known: sent again, and read back
		{"salesforce", "503:#1", user.Update, counts(user.Created, 45)},
		{"graph", "", user.Update, counts(user.Updated, 45)},
		{"graph", "shuffle number", user.Update, counts(user.Updated, 45)},
		{"graph", "refuse=400:id=customer-3", user.Update, counts(user.Updated, 44, user.Refused, 1)},
		{"graph", "refuse=429:id=customer-3", user.Update, counts(user.Updated, 44, user.Failed, 1)},
		{"graph", "short", user.Update, counts(user.Updated, 45)},
		{"iterable", "", user.Create, counts(user.Created, 45)},
		{"iterable", "refuse=404:id=customer-3", user.Update, counts(user.Updated, 44, user.Refused, 1)},
		{"iterable", "refuse=404:id=customer-3 foreign", user.Update, counts(user.InDoubt, 44, user.Refused, 1)},
		{"braze", "", user.Create, counts(user.Accepted, 45)},
		{"braze", "refuse=400:id=customer-3", user.Create, counts(user.Accepted, 44, user.Refused, 1)},
		{"braze", "refuse=400:id=customer-3 noid", user.Create, counts(user.InDoubt, 45)},
		{"braze", "400:#1", user.Create, counts(user.Accepted, 45)},
	} {
		t.Run(r.example+" "+string(r.op)+" "+r.faults, func(t *testing.T) {
			synctest.Test(t, r.run)
		})
	}
}

func counts(pairs ...any) map[user.Status]int {
	m := map[user.Status]int{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(user.Status)] = pairs[i+1].(int)
	}
	return m
}

func (r trial) run(t *testing.T) {
	s, network := mocked(t, sandbox.Options{Seed: 7, API: shapes.All()[r.example]}, r.faults)
	config := example(t, r.example, network.BaseURL)
	config.REST = network
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	b := user.Batch{Op: r.op}
	for n := range 45 {
		record := person(r.example, n)
		record.Op = r.op
		b.Records = append(b.Records, record)
	}
	outcomes := r.send(t, middleware(c), b)
	got := map[user.Status]int{}
	for i, o := range outcomes {
		got[o.Status]++
		held, _ := s.User(keyIn(r.example, b.Records[i]))
		switch {
		case (o.Status == user.Created || o.Status == user.Updated || o.Status == user.Accepted) && !held.Held:
			t.Errorf("%s is %s and not there", b.Records[i].User.ID, o.Status)
		case (o.Status == user.Refused || o.Status == user.Failed) && held.Held:
			t.Errorf("%s is %s (%s) and there", b.Records[i].User.ID, o.Status, o.Code)
		case held.Created > 1:
			t.Errorf("%s was made %d times", b.Records[i].User.ID, held.Created)
		}
	}
	for status, n := range r.want {
		if got[status] != n {
			t.Errorf("%v, want %v: %+v", got, r.want, outcomes[3])
		}
	}
}

// send sends as many users per call as it allows.
func (r trial) send(t *testing.T, api destination.Destination, b user.Batch) (outcomes []user.Outcome) {
	most := api.Traits().Ops[r.op].Max
	for i := 0; i < len(b.Records); i += most {
		part, err := api.Apply(t.Context(), b.Of(b.Records[i:min(i+most, len(b.Records))]))
		if err != nil {
			t.Fatal(err)
		}
		outcomes = append(outcomes, part...)
	}
	return outcomes
}

func person(example string, n int) *user.Record {
	fields := map[string][]user.Field{
		"hubspot": {user.FirstName, user.LastName}, "salesforce": {user.LastName, user.Phone}, "graph": {user.DisplayName, user.Department},
		"iterable": {"plan"}, "braze": {user.City},
	}
	r := contact(fields[example]...)(n, 0)
	if example == "graph" {
		r.User.Attributes = r.User.Attributes[1:]
	}
	return r
}

// TestItemsAskForTime: Graph answers 200, and one of the requests in it has a 429
// with its own Retry-After. Every caller waits for it.
func TestItemsAskForTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, network := mocked(t, sandbox.Options{API: shapes.All()["graph"]}, "refuse=429:id=customer-3")
		p := pace.New(pace.Options{})
		config := example(t, "graph", network.BaseURL)
		config.REST, config.REST.Observe = network, p.Observe
		c, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseIdle()
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{person("graph", 2), person("graph", 3)}})
		if err != nil || outcomes[0].Status != user.Updated || outcomes[1].Status != user.Busy || outcomes[1].HTTP != 429 {
			t.Fatalf("%+v %v", outcomes, err)
		}
		paused := func(e pace.Event) bool { return e.What == "paused" && e.Why == "Retry-After" && e.For == time.Second }
		if r := p.Report(); r.Throttled != 1 || !slices.ContainsFunc(r.Events, paused) {
			t.Errorf("%+v", r)
		}
	})
}
