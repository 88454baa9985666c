package onbo

import (
	"context"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/pace"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/onbo"
	"usersync/sync/user"
)

// noted is a ledger that remembers which users are about to be created.
type noted struct {
	mu   sync.Mutex
	held map[string]bool
}

func (n *noted) RecordIntent(_ context.Context, records []*user.Record) error {
	return n.set(records, true)
}

func (n *noted) ClearIntent(_ context.Context, records []*user.Record) error {
	return n.set(records, false)
}

func (n *noted) set(records []*user.Record, pending bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range records {
		n.held[r.User.ID] = pending
	}
	return nil
}

// troubled is the client with all its middleware, and a sandbox with faults. The
// sandbox cannot decrypt SSNs, so nothing keeps it from creating a user twice.
func troubled(t *testing.T, faults ...string) (destination.Destination, *sandbox.Server, *noted) {
	t.Helper()
	faulty, err := sandbox.Options{API: mock.API{}, RequireAuth: true, Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	at := stage.Connect(t, s)
	config := settings(at.URL + "/v1")
	config.REST.DialContext, config.Now = at.Dial, nil
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	n := &noted{held: map[string]bool{}}
	return wired.Middleware{Pacer: pace.New(pace.Options{MaxInFlight: 8}), Retries: 5, Intents: n}.Wrap(c), s, n
}

// send sends each record in a call of its own, concurrently.
func send(t *testing.T, d destination.Destination, op user.Op, records []*user.Record) []user.Outcome {
	t.Helper()
	outcomes := make([]user.Outcome, len(records))
	var group sync.WaitGroup
	for i, r := range records {
		group.Go(func() {
			got, err := d.Apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}})
			if err != nil {
				t.Errorf("record %d: %v", r.Origin.Record, err)
				return
			}
			outcomes[i] = got[0]
		})
	}
	group.Wait()
	return outcomes
}

func borrowers(n int) []*user.Record {
	records := make([]*user.Record, n)
	for i := range records {
		records[i] = without(borrower(i, 0), user.CreditReport, user.AssetReport)
		records[i].Op, records[i].Origin.Record = user.Upsert, i+1
	}
	return records
}

func createdFor(s *sandbox.Server, r *user.Record) uint32 {
	email, _ := r.User.Value(user.Email)
	return s.Lookup("email", email.Text).Created
}

// TestNoUserIsCreatedTwice: whatever goes wrong, no e-mail is created twice, every
// outcome is true, and a second run does not send users in doubt again.
func TestNoUserIsCreatedTwice(t *testing.T) {
	for name, faults := range map[string][]string{
		"none":                   nil,
		"answers lost":           {"lost:20%"},
		"failed afterwards":      {"500:20%@after", "504:10%@after"},
		"failed before":          {"500:20%"},
		"busy":                   {"429=1s:20%", "503=2s:20%"},
		"a proxy that is busy":   {"503:10%", "503:10%@after"},
		"signatures too old":     {"expire:#2-31"}, // the first call proves the credentials
		"answers cut":            {"cut:20%"},
		"pages and empty bodies": {"html:10%@after", "empty:10%@after", "html:10%"},
		"all of it":              {"lost:5%", "500:5%@after", "503:5%@after", "429:5%", "cut:5%", "empty:5%@after", "expire:#2-21"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, s, n := troubled(t, faults...)
				records := borrowers(60)
				seen := map[user.Status]int{}
				for i, o := range send(t, d, user.Create, records) {
					seen[o.Status]++
					made := createdFor(s, records[i])
					switch {
					case made > 1:
						t.Errorf("record %d was created %d times", i+1, made)
					case o.Status == user.Created && (made != 1 || o.Remote == ""):
						t.Errorf("record %d is reported as created: %d", i+1, made)
					case o.Status != user.Created && o.Status != user.InDoubt && made != 0:
						t.Errorf("record %d is reported as %s, and was created", i+1, o.Status)
					case !n.held[records[i].User.ID]:
						t.Errorf("record %d was not noted before its call", i+1)
					}
				}
				if (seen[user.Created] < 60) != (faults != nil) && name != "busy" && name != "signatures too old" || seen[user.Created] == 0 {
					t.Errorf("outcomes: %v", seen)
				}
				again(t, d, s, records)
			})
		})
	}
}

// again is a second run over the users that the first one left pending.
func again(t *testing.T, d destination.Destination, s *sandbox.Server, records []*user.Record) {
	t.Helper()
	before := s.State().Created
	var pending []*user.Record
	for _, r := range records {
		if r.MaybeSent {
			fresh := *r
			fresh.Attempts, fresh.RetriesUsed, fresh.IntentRecorded = 0, 0, false
			pending = append(pending, &fresh)
		}
	}
	for i, o := range send(t, d, user.Create, pending) {
		if o.Status != user.InDoubt || o.Code != user.CodeNoAnswer {
			t.Errorf("record %d, in doubt before: %s %s", pending[i].Origin.Record, o.Status, o.Code)
		}
	}
	if after := s.State().Created; after != before || s.State().Doubled != nil {
		t.Errorf("a second run created %d, doubled %v", after-before, s.State().Doubled)
	}
}

// TestADeletedUserIsCreatedAgainOnce: an update finds no user, so the upsert creates
// it. If that answer is lost, the old uuid does not count as its result.
func TestADeletedUserIsCreatedAgainOnce(t *testing.T) {
	for fault, want := range map[string]map[user.Status]int{
		"":               {user.Created: 20},
		"lost/create":    {user.InDoubt: 20},
		"500/create":     {user.InDoubt: 20},
		"429:50%/create": {user.Created: 20},
	} {
		synctest.Test(t, func(t *testing.T) {
			var faults []string
			if fault != "" {
				faults = append(faults, fault)
			}
			d, s, _ := troubled(t, faults...)
			records := borrowers(20)
			for _, r := range records {
				r.Remote = "went-away"
			}
			seen := map[user.Status]int{}
			for i, o := range send(t, d, user.Update, records) {
				if seen[o.Status]++; createdFor(s, records[i]) > 1 || o.Remote == "went-away" || records[i].Remote == "went-away" {
					t.Errorf("%q: record %d: %s %q", fault, i+1, o.Status, o.Remote)
				}
			}
			if !maps.Equal(seen, want) {
				t.Errorf("%q: %v, want %v", fault, seen, want)
			}
		})
	}
}

// TestAKnownUuidIsUpdated, where a lost ledger would create the user again.
func TestAKnownUuidIsUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s, _ := troubled(t)
		records := borrowers(10)
		for i, o := range send(t, d, user.Create, records) {
			fresh := without(borrower(i, 1), user.CreditReport, user.AssetReport)
			fresh.Op, fresh.Remote, fresh.Origin.Record = user.Upsert, o.Remote, i+1
			records[i] = fresh
		}
		for i, o := range send(t, d, user.Create, records) {
			if o.Status != user.Updated || o.Remote != records[i].Remote {
				t.Errorf("record %d: %s %q", i+1, o.Status, o.Remote)
			}
		}
		if st := s.State(); st.Created != 10 || st.Updated != 10 {
			t.Errorf("%d created, %d updated", st.Created, st.Updated)
		}
	})
}

// TestAWrongSignatureEndsTheRun at once, however many calls run concurrently: no user is
// sent before the credentials are proved.
func TestAWrongSignatureEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s, _ := troubled(t, "expire")
		since := time.Now()
		var group sync.WaitGroup
		for _, r := range borrowers(16) {
			group.Go(func() {
				_, err := d.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
				if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.Denied {
					t.Errorf("record %d: %v", r.Origin.Record, err)
				}
			})
		}
		group.Wait()
		if took, calls := time.Since(since), s.State().Calls; took > 2*time.Second || calls != 2 {
			t.Errorf("%d calls in %v", calls, took)
		}
	})
}
