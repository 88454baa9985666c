package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	scimmock "usersync/sync/sandbox/scim"
	"usersync/sync/user"
)

// Every kind of server that a client meets: with Bulk for one user, a few and many,
// answers in any order, no Bulk, no PATCH, and none of the optional features.
func TestConformance(t *testing.T) {
	shapes := []string{"short", "shuffle", "foreign", "nodata", "noid", "double", "number", "both", "short+shuffle+foreign+double+both+number"}
	every := map[user.Op][]string{user.Create: shapes, user.Update: shapes, user.Delete: shapes}
	creates := map[user.Op][]string{user.Create: shapes}
	for name, test := range map[string]struct {
		server scimmock.Options
		config Config
		shapes map[user.Op][]string
	}{
		"one operation":         {scimmock.Options{MaxOperations: 1}, Config{}, nil},
		"seven operations":      {scimmock.Options{MaxOperations: 7}, Config{}, every},
		"a thousand operations": {scimmock.Options{MaxOperations: 1000}, Config{}, every},
		"any order":             {scimmock.Options{MaxOperations: 7, AnyOrder: true}, Config{}, every},
		"no bulk":               {scimmock.Options{NoBulk: true}, Config{}, nil},
		"no patch":              {scimmock.Options{NoPatch: true, MaxOperations: 7}, Config{}, creates},
		"nothing is said":       {scimmock.Options{NoConfig: true}, Config{}, nil},
		"as it is":              {scimmock.Options{MaxOperations: 7}, Config{Update: ByPut, Put: AsIs}, every},
		"by user name":          {scimmock.Options{MaxOperations: 7, ExactNames: true}, Config{Match: ByUserName}, nil},
	} {
		t.Run(name, func(t *testing.T) { suite(test.server, test.config, test.shapes).Run(t) })
	}
}

const token = "scim-token-4711"

func suite(server scimmock.Options, config Config, shapes map[user.Op][]string) destinationtest.Suite {
	return destinationtest.Suite{
		Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
			config := config
			config.REST = rest.Config{BaseURL: at.URL, DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none", Auth: rest.Auth{Token: user.NewSecret(token)}}
			var err error
			if config.Features, _, err = Discover(t.Context(), config.REST); err != nil {
				t.Fatal(err)
			}
			c, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Record:        employee,
		NewSandbox:    func(t testing.TB, faults ...string) destinationtest.Sandbox { return newSandbox(t, server, faults...) },
		Credentials:   []string{token},
		KeyInPath:     []user.Op{user.Update, user.Delete},
		KeyInFindPath: true,
		EmptySuccess:  []user.Op{user.Update},
		Shapes:        shapes,
	}
}

func employee(n, version int) *user.Record {
	v := user.TextValue
	return &user.Record{User: user.User{ID: fmt.Sprintf("employee-%d", n), Attributes: []user.Attribute{
		{Field: user.UserName, Value: v(fmt.Sprintf("Frieda.Mustermann%d", n))},
		{Field: user.FirstName, Value: v("Frieda")},
		{Field: user.LastName, Value: v("Mustermann")},
		{Field: user.DisplayName, Value: v(fmt.Sprintf("Mustermann, Frieda (%d)", version))},
		{Field: user.Email, Value: v(fmt.Sprintf("frieda%d@mail.example", n))},
		{Field: "phoneNumbers[mobile].value", Value: v(fmt.Sprintf("+1415555%04d", n))},
		{Field: user.City, Value: v([]string{"Leipzig", "Dresden"}[version])},
		{Field: user.Department, Value: v([]string{"Procurement", "Logistics"}[version])},
		{Field: "urn:example:params:scim:schemas:extension:badge:1.0:User:colour", Value: v("ultramarine")},
		{Field: user.Active, Value: v("true")},
	}, Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("Tr0ub4dor&3x")}}}}
}

func newSandbox(t testing.TB, server scimmock.Options, faults ...string) destinationtest.Sandbox {
	faulty, err := sandbox.Options{API: scimmock.API{Options: server}, RequireAuth: true, Token: token, Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return destinationtest.Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look:     func(r *user.Record) destinationtest.Look { return look(t, s, r) },
	}
}

// look leaves out what the server added to a user.
func look(t testing.TB, s *sandbox.Server, r *user.Record) destinationtest.Look {
	name, _ := r.User.Value(user.UserName)
	marked := s.Lookup("userName", strings.ToLower(name.Text))
	found := destinationtest.Look{Held: len(marked.Keys), Created: int(marked.Created)}
	for _, key := range marked.Keys {
		u, _ := s.User(key)
		var data map[string]any
		if err := json.Unmarshal(u.Attributes, &data); err != nil {
			t.Fatal(err)
		}
		delete(data, "id")
		delete(data, "meta")
		text, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		found.Data += string(text)
	}
	return found
}
