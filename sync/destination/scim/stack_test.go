package scim

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	scimmock "usersync/sync/sandbox/scim"
	"usersync/sync/user"
)

// open returns the client in all its middleware, and its sandbox.
func open(t *testing.T, o scimmock.Options, config Config, faults []string) (destination.Destination, *sandbox.Server) {
	t.Helper()
	faulty, err := sandbox.Options{API: scimmock.API{Options: o}, Seed: 11}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	at := stage.Connect(t, s)
	config.REST = rest.Config{BaseURL: at.URL, DialContext: at.Dial, Proxy: "none"}
	config.Features = Features{Bulk: !o.NoBulk, MaxOperations: max(o.MaxOperations, 1), MaxPayload: int64(o.MaxPayload), Patch: !o.NoPatch}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return wired.Middleware{}.Wrap(c), s
}

const crowd = 20

// night sends every user and counts the outcomes.
func night(t *testing.T, d destination.Destination, op user.Op, version int) map[user.Status]int {
	t.Helper()
	counts := map[user.Status]int{}
	most := d.Traits().Ops[op].Max
	for from := 0; from < crowd; from += most {
		b := user.Batch{Op: op}
		for n := from; n < min(from+most, crowd); n++ {
			r := employee(n, version)
			if r.Op = op; op != user.Delete {
				r.Op = user.Upsert
			}
			b.Records = append(b.Records, r)
		}
		outcomes, err := d.Apply(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range outcomes {
			counts[o.Status]++
			if !o.Status.Final() || o.Status.Rejected() {
				t.Errorf("%s of record %d: %s %s %s", op, from+i, o.Status, o.Code, o.Detail)
			}
		}
	}
	return counts
}

// holds counts the active users in that version, and those that existed more than once at
// a time.
func holds(s *sandbox.Server, version int) (active, duplicates int) {
	city, _ := employee(0, version).User.Value(user.City)
	for n := range crowd {
		m := s.Lookup("externalId", employee(n, 0).User.ID)
		if m.Most > 1 {
			duplicates++
		}
		for _, key := range m.Keys {
			u, _ := s.User(key)
			if data := string(u.Attributes); strings.Contains(data, city.Text) && strings.Contains(data, `"active":true`) && strings.Contains(data, "ultramarine") {
				active++
			}
		}
	}
	return active, duplicates
}

// TestNights creates, changes, deletes and recreates users, without a ledger, with lost
// answers and failed calls. In the end the server holds what the outcomes say, and no
// user twice.
func TestNights(t *testing.T) {
	troubles := []string{"lost:4%", "500:4%", "500:4%@after", "reset:4%", "429:4%", "cut:4%", "html:4%@after", "short:30%", "noid:20%", "shuffle:50%", "both:10%"}
	for _, o := range []scimmock.Options{{MaxOperations: 7, MaxPayload: 4000}, {MaxOperations: 20, AnyOrder: true, ExactNames: true}, {NoBulk: true}, {NoPatch: true, MaxOperations: 7}} {
		for _, config := range []Config{{}, {Match: ByUserName, Deactivate: true}} {
			for _, faults := range [][]string{nil, troubles} {
				t.Run(fmt.Sprintf("%+v, %s, %d faults", o, config.Match, len(faults)), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { nights(t, o, config, faults) })
				})
			}
		}
	}
}

func nights(t *testing.T, o scimmock.Options, config Config, faults []string) {
	d, s := open(t, o, config, faults)
	for i, step := range []struct {
		op      user.Op
		version int
		there   int
	}{{user.Create, 0, crowd}, {user.Create, 1, crowd}, {user.Update, 0, crowd}, {user.Delete, 0, 0}, {user.Delete, 0, 0}, {user.Update, 1, crowd}, {user.Create, 0, crowd}} {
		became := night(t, d, step.op, step.version)
		if active, doubled := holds(s, step.version); active != step.there || doubled > 0 {
			t.Errorf("night %d, %s: %v, and %d of %d are there, %d doubled", i, step.op, became, active, step.there, doubled)
		}
	}
	if created := s.State().Created; config.Deactivate && created != crowd || !config.Deactivate && created != 2*crowd {
		t.Errorf("%d were created", created)
	}
}

// A user that was deleted and recreated by hand has a new key: the old one leads nowhere,
// and the user is found all the same, also if
// the row has another userName by now.
func TestRecreatedByHand(t *testing.T) {
	for _, o := range []scimmock.Options{{MaxOperations: 7}, {NoPatch: true}} {
		d, s := open(t, o, Config{}, nil)
		night(t, d, user.Create, 0)
		old := s.Lookup("externalId", "employee-3").Keys[0]
		for _, call := range [][3]string{
			{"DELETE", "/Users/" + old, ""},
			{"POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Frieda.Mustermann3","externalId":"employee-3"}`},
		} {
			r := httptest.NewRequest(call[0], "https://scim.example"+call[1], strings.NewReader(call[2]))
			r.Header.Set("Content-Type", media)
			w := httptest.NewRecorder()
			if s.ServeHTTP(w, r); w.Code/100 != 2 {
				t.Fatal(w.Code, w.Body)
			}
		}
		r := with(old, employee(3, 1))
		r.User.Attributes[0].Value = user.TextValue("Frieda.Musterfrau3") // a create would not meet the other one
		r.Op = user.Upsert
		outcomes, err := d.Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
		now := s.Lookup("externalId", "employee-3").Keys
		if err != nil || len(now) != 1 || now[0] == old || spell(outcomes[0]) != "updated:password_not_sent "+now[0] {
			t.Errorf("%+v: %v %v, keys %v", o, outcomes, err, now)
		}
	}
}

// A create without an answer may have made a user, whose row can have another userName by the next
// night. A create would then meet no conflict, and make a second user with our id.
func TestPendingUserWithAnotherName(t *testing.T) {
	for _, o := range []scimmock.Options{{MaxOperations: 7}, {NoBulk: true}} {
		d, s := open(t, o, Config{}, nil)
		night(t, d, user.Create, 0)
		b := user.Batch{Op: user.Create}
		for n := range min(d.Traits().Ops[user.Create].Max, 2) {
			r := employee(n, 1)
			r.User.Attributes[0].Value = user.TextValue(fmt.Sprintf("Frieda.Musterfrau%d", n))
			r.Op, r.MaybeSent, r.PerhapsCreated = user.Upsert, true, true
			b.Records = append(b.Records, r)
		}
		outcomes, err := d.Apply(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for n, out := range outcomes {
			if keys := s.Lookup("externalId", b.Records[n].User.ID).Keys; out.Status != user.Updated || len(keys) != 1 || out.Remote != keys[0] {
				t.Errorf("%+v: %s %s, keys %v", o, out.Status, out.Code, keys)
			}
		}
		if created := s.State().Created; created != crowd {
			t.Errorf("%+v: %d were created", o, created)
		}
	}
}

// A user who was deactivated and comes again is the same, whatever the userName is by then.
func TestDeactivatedUserReturnsWithAnotherName(t *testing.T) {
	for _, o := range []scimmock.Options{{MaxOperations: 7}, {NoPatch: true}} {
		d, s := open(t, o, Config{Deactivate: true}, nil)
		night(t, d, user.Create, 0)
		night(t, d, user.Delete, 0)
		for _, op := range []user.Op{user.Create, user.Upsert} {
			r := employee(3, 1)
			r.User.Attributes[0].Value = user.TextValue("Frieda.Musterfrau3")
			r.Op, r.DeletedBefore = op, true
			outcomes, err := d.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
			if err != nil {
				t.Fatal(err)
			}
			want := map[user.Op]user.Status{user.Create: user.Refused, user.Upsert: user.Updated}[op]
			if keys := s.Lookup("externalId", r.User.ID).Keys; outcomes[0].Status != want || len(keys) != 1 {
				t.Errorf("%+v, %s: %s %s, keys %v", o, op, outcomes[0].Status, outcomes[0].Code, keys)
			}
		}
		if active, doubled := holds(s, 1); active != 1 || doubled != 0 {
			t.Errorf("%+v: %d are active, %d doubled", o, active, doubled)
		}
	}
}
