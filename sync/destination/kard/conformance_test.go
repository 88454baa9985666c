package kard

import (
	"fmt"
	"testing"

	"usersync/sync/destination/destinationtest"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	"usersync/sync/user"
)

func TestConformance(t *testing.T) {
	destinationtest.Suite{
		Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
			c, err := New(Config{Organization: "org-1", REST: rest.Config{
				BaseURL: at.URL, DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none", Auth: rest.Auth{Token: user.NewSecret("kard-token-4711")},
			}})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Record:        customer,
		NewSandbox:    newSandbox,
		Credentials:   []string{"kard-token-4711"},
		KeyInPath:     []user.Op{user.Update, user.Delete},
		KeyInFindPath: true,
		Shapes: map[user.Op][]string{user.Create: {
			"short", "shuffle", "foreign", "nodata", "noid", "noid=blind", "double", "number", "both", "conflict", "conflict=blind", "short+shuffle+foreign+double+both+number",
		}},
		PerMinute: 1000,
	}.Run(t)
}

func customer(n, version int) *user.Record {
	return &user.Record{User: user.User{ID: fmt.Sprintf("customer-%d", n), Attributes: []user.Attribute{
		{Field: user.Email, Value: user.TextValue(fmt.Sprintf("frieda.mustermann%d@mail.example", n))},
		{Field: user.HashedEmail, Value: user.TextValue(fmt.Sprintf("%064x", 1<<40+n))},
		{Field: user.Phone, Value: user.TextValue(fmt.Sprintf("+1415555%04d", n))},
		{Field: user.BirthYear, Value: user.TextValue(fmt.Sprint(1960 + n%40))},
		{Field: user.ZipCode, Value: user.TextValue(fmt.Sprintf("0%d%03d", version+1, n%1000))},
		{Field: user.EnrolledRewards, Value: user.TextValue("CARDLINKED")},
		{Field: user.HistoricalTransactionsSent, Value: user.TextValue("true")},
	}}}
}

func newSandbox(t testing.TB, faults ...string) destinationtest.Sandbox {
	faulty, err := sandbox.Options{Organization: "org-1", RequireAuth: true, Token: "kard-token-4711", Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return destinationtest.Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look: func(r *user.Record) destinationtest.Look {
			u, _ := s.User(r.User.ID)
			return destinationtest.Looked(u.Held, u.Created, u.Attributes)
		},
	}
}
