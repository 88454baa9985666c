package custom

import (
	"fmt"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/shapes"
	"usersync/sync/user"
)

const token = "custom-token-4711"

// TestConformance runs the suite on each described API that can create, update and
// delete.
func TestConformance(t *testing.T) {
	t.Run("kard", func(t *testing.T) {
		s := suite("kard", customer, user.Create)
		s.KeyInPath, s.KeyInFindPath, s.PerMinute = []user.Op{user.Update, user.Delete}, true, 1000
		s.Run(t)
	})
	t.Run("hubspot", func(t *testing.T) {
		s := suite("hubspot", contact(user.FirstName, user.LastName, user.Phone, user.City), user.Create, user.Update)
		s.KeyInFindPath = true
		s.Run(t)
	})
	t.Run("single", func(t *testing.T) {
		s := suite("single", contact(user.Name, user.Active))
		s.KeyInPath, s.EmptySuccess = []user.Op{user.Update, user.Delete}, []user.Op{user.Delete}
		s.Run(t)
	})
}

// suite returns the suite for a worked example. bulk are the calls that take many
// users.
func suite(name string, record func(n, version int) *user.Record, bulk ...user.Op) destinationtest.Suite {
	s := destinationtest.Suite{
		Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
			config := example(t, name, at.URL)
			config.REST.DialContext, config.REST.Timeout, config.REST.Auth = at.Dial, at.Timeout, rest.Auth{Token: user.NewSecret(token)}
			c, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Record: record,
		NewSandbox: func(t testing.TB, faults ...string) destinationtest.Sandbox {
			return newSandbox(t, name, faults...)
		},
		Credentials: []string{token},
		Shapes:      map[user.Op][]string{},
	}
	for _, op := range bulk {
		s.Shapes[op] = shapesOf(name)
	}
	return s
}

func shapesOf(name string) []string {
	if name == "kard" {
		return []string{"short", "shuffle", "foreign", "nodata", "noid", "noid=blind", "double", "number", "both", "conflict", "conflict=blind", "short+shuffle+foreign+double+both+number"}
	}
	var list []string
	for _, kind := range shapes.All()[name].Traits().Shapes {
		list = append(list, string(kind))
	}
	return append(list, strings.Join(list, "+"))
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

// contact makes users with an e-mail address and the given fields, which differ
// between versions.
func contact(fields ...user.Field) func(n, version int) *user.Record {
	return func(n, version int) *user.Record {
		r := &user.Record{User: user.User{ID: fmt.Sprintf("customer-%d", n), Attributes: []user.Attribute{
			{Field: user.Email, Value: user.TextValue(fmt.Sprintf("frieda.mustermann%d@mail.example", n))},
		}}}
		for _, f := range fields {
			if f == user.Active {
				r.User.Attributes = append(r.User.Attributes, attribute(f, fmt.Sprint(version == 0)))
				continue
			}
			text := fmt.Sprintf("%s of %d, version %d", strings.TrimPrefix(string(f), user.ExtraPrefix), n, version)
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.TextValue(text)})
		}
		return r
	}
}

func newSandbox(t testing.TB, name string, faults ...string) destinationtest.Sandbox {
	faulty, err := sandbox.Options{API: shapes.All()[name], RequireAuth: true, Token: token, Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return destinationtest.Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look: func(r *user.Record) destinationtest.Look {
			if name == "single" {
				return marked(s, r.User.ID)
			}
			u, _ := s.User(keyIn(name, r))
			return destinationtest.Looked(u.Held, u.Created, u.Attributes)
		},
	}
}

// marked looks for a user whose key the sandbox assigned.
func marked(s *sandbox.Server, id string) destinationtest.Look {
	m := s.Lookup("reference", id)
	look := destinationtest.Look{Held: len(m.Keys), Created: int(m.Created)}
	if len(m.Keys) > 0 {
		u, _ := s.User(m.Keys[0])
		look.Data = string(u.Attributes)
	}
	return look
}

// keyIn is the key of the user in a sandbox.
func keyIn(name string, r *user.Record) string {
	if name == "iterable" {
		email, _ := r.User.Value(user.Email)
		return email.Text
	}
	return r.User.ID
}
