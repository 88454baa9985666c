package custom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/kard"
	"usersync/sync/destination/rest"
	"usersync/sync/pace"
	"usersync/sync/sandbox"
	"usersync/sync/user"
)

// TestDescribedKardAgreesWithTheBuiltIn sends the same users to the same faults,
// once with the built-in client and once with a config that describes Kard. Every
// call must have the same result.
func TestDescribedKardAgreesWithTheBuiltIn(t *testing.T) {
	agree(t, bare, "", "refuse=400:20%", "refuse=409:20%", "refuse=429:10%", "refuse=500:10%", "refuse=404:20%", "refuse=422:20%", "lost:30%", "500:30%@after", "500:30%",
		"408:20%@after", "503=1s:#3", "429=1s:#4", "cut:30%", "html:20%", "html:20%@after", "empty:20%", "empty:20%@after", "reset:20%", "close:20%", "short:60%", "shuffle", "foreign",
		"nodata:60%", "noid refuse=400:20%", "noid=blind refuse=400:20%", "double refuse=400:20%", "number refuse=400:20%", "both:60%", "conflict:50%", "conflict=blind",
		"echo refuse=400:20%", "poison:10%", "poison=413:10%", "expire:#6", "400:20%", "422:20%", "409:20%", "413:20%", "404:#3", "redirect:#5", "403:#2")
}

// The same with all the middleware, for faults that depend on the user and not on
// the number of the call, because follow-up calls are concurrent.
func TestDescribedKardAgreesWithMiddleware(t *testing.T) {
	agree(t, middleware, "", "refuse=400:20%", "refuse=409:20%", "refuse=404:20%", "refuse=422:20%", "shuffle", "foreign", "nodata", "short", "noid refuse=400:20%",
		"noid=blind refuse=400:20%", "double refuse=400:20%", "number refuse=400:20%", "both", "conflict", "conflict=blind", "echo refuse=400:20%", "poison:10%", "poison=413:10%")
}

func agree(t *testing.T, around func(destination.API) destination.Destination, faults ...string) {
	for _, f := range faults {
		t.Run(f, func(t *testing.T) {
			known := endings(t, f, builtIn, around)
			if diff := cmp.Diff(known, endings(t, f, described, around)); diff != "" {
				t.Errorf("built-in -, described +\n%s", diff)
			}
			if len(known) < 80 {
				t.Errorf("%d users and calls were compared", len(known))
			}
		})
	}
}

type opener func(testing.TB, rest.Config) destination.API

func builtIn(t testing.TB, r rest.Config) destination.API {
	c, err := kard.New(kard.Config{Organization: "organization-123", REST: r})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

func described(t testing.TB, r rest.Config) destination.API {
	config := example(t, "kard", r.BaseURL)
	config.Account, config.REST = "organization-123", r
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// endings takes 30 users through creates, creates of users who exist, updates and
// deletes, and returns the outcome of each.
func endings(t *testing.T, faults string, open opener, around func(destination.API) destination.Destination) (told []string) {
	synctest.Test(t, func(t *testing.T) {
		client := open(t, connected(t, faults))
		api := around(client)
		for _, act := range []struct {
			op       user.Op
			from, to int
			version  int
		}{{user.Create, 0, 20, 0}, {user.Create, 10, 30, 0}, {user.Create, 0, 30, 1}, {user.Update, 0, 35, 0}, {user.Delete, 25, 40, 0}} {
			told = append(told, acted(t, api, act.op, act.from, act.to, act.version)...)
		}
		for n := range 40 {
			r := customer(n, n%2)
			found, err := client.Find(t.Context(), r)
			told = append(told, fmt.Sprintf("%s is %d, different from %v: %v", r.User.ID, found.Presence, found.Differs, err))
		}
	})
	return told
}

// acted sends users in batches as large as the call allows.
func acted(t *testing.T, api destination.Destination, op user.Op, from, to, version int) (told []string) {
	for size := min(10, api.Traits().Ops[op].Max); from < to; from += size {
		b := user.Batch{Op: op}
		for n := from; n < min(from+size, to); n++ {
			r := customer(n, version)
			if r.Op = op; op == user.Create {
				r.Op = user.Upsert
			}
			if n%5 == 0 && op != user.Create { // what a row leaves out is read and sent back
				r.User.Attributes = r.User.Attributes[4:]
			}
			b.Records = append(b.Records, r)
		}
		outcomes, err := api.Apply(t.Context(), b)
		for i, o := range outcomes {
			told = append(told, fmt.Sprintf("%s %s %s %d %s %s, %d attempts", b.Records[i].User.ID, o.Action, o.Status, o.HTTP, o.Code, once(o.Detail), o.Attempts))
		}
		if err != nil {
			told = append(told, fmt.Sprint(op, " of ", from, ": ", once(err.Error())))
		}
	}
	return told
}

// once keeps the first part of a detail: one client repeats a message for several
// users, the other does not.
func once(text string) string {
	first, _, _ := strings.Cut(text, ";")
	return first
}

func bare(client destination.API) destination.Destination { return client }

// middleware is that of a run, except for what only counts.
func middleware(client destination.API) destination.Destination {
	return wired.Middleware{Pacer: pace.New(pace.Options{MaxInFlight: 1}), Retries: 3}.Wrap(client)
}

// connected starts Kard's sandbox in memory.
func connected(t *testing.T, faults string) rest.Config {
	_, r := mocked(t, sandbox.Options{Seed: 7, Organization: "organization-123", RequireAuth: true}, faults)
	r.Auth = rest.Auth{ClientID: user.NewSecret("id"), ClientSecret: user.NewSecret("secret"), TokenURL: "http://127.0.0.1/v2/auth/token"}
	return r
}

// mocked starts a sandbox in memory.
func mocked(t *testing.T, o sandbox.Options, faults string) (*sandbox.Server, rest.Config) {
	faulty, err := o.With(strings.Fields(faults)...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	at := stage.Connect(t, s)
	return s, rest.Config{BaseURL: at.URL, Proxy: "none", DialContext: at.Dial}
}

// TestDescribedKardChecksAlike: what one client does not send, the other does not
// send either.
func TestDescribedKardChecksAlike(t *testing.T) {
	network := rest.Config{BaseURL: "https://api.example.com", Proxy: "none"}
	known, told := builtIn(t, network), described(t, network)
	fits := 0
	for _, f := range []user.Field{user.Email, user.Phone, user.HashedEmail, user.BirthYear, user.ZipCode, user.EnrolledRewards, user.HistoricalTransactionsSent, user.FirstName, user.SSN} {
		for _, v := range []user.Value{
			user.TextValue("x@example.com"), user.TextValue("+14155552671"), user.TextValue("+0123"), user.TextValue(" "), user.TextValue("true"), user.TextValue("no"),
			user.TextValue(strings.Repeat("ab", 32)), user.TextValue(strings.Repeat("AB", 32)), user.TextValue("CARDLINKED"), user.TextValue("AFFILIATE"), user.TextValue("[]"),
			user.TextValue("CARDLINKED;AFFILIATE"), user.JSONValue(`["CARDLINKED"]`), user.JSONValue(`["x"]`), user.JSONValue("1990"), user.JSONValue("true"), user.JSONValue(`{"a":1}`),
			{Kind: user.Clear},
		} {
			r := customer(1, 0)
			r.Op = user.Upsert
			r.User.Attributes = append(slices.DeleteFunc(r.User.Attributes, func(a user.Attribute) bool { return a.Field == f }), user.Attribute{Field: f, Value: v})
			one, other := known.Check(r), told.Check(r)
			if (one == nil) != (other == nil) {
				t.Errorf("%s %d %q: built-in %v, described %v", f, v.Kind, v.Text, one, other)
			}
			if one == nil {
				fits++
			}
		}
	}
	if fits < 20 {
		t.Errorf("only %d fit", fits)
	}
	for _, id := range []string{"", ".", "..", "a\x00b", "a\xffb", "a/b"} {
		r := customer(1, 0)
		r.User.ID = id
		if (known.Check(r) == nil) != (told.Check(r) == nil) {
			t.Errorf("id %q: built-in %v, described %v", id, known.Check(r), told.Check(r))
		}
	}
}
