package onbo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/onbo"
	"usersync/sync/user"
)

func TestConformance(t *testing.T) {
	reports := t.TempDir()
	for _, name := range []string{"credit.xml", "assets.json"} {
		if err := os.WriteFile(filepath.Join(reports, name), []byte("<credit/>"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	destinationtest.Suite{
		Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
			c, err := New(Config{
				ClientID: "client-1", SecretKey: user.NewSecret(secretKey), Reports: reports, Delete: true,
				REST: rest.Config{BaseURL: at.URL + "/v1", DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none"},
			})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Record:        borrower,
		NewSandbox:    newSandbox,
		Credentials:   []string{secretKey, strings.ReplaceAll(secretKey, "-", "")},
		KeyInPath:     []user.Op{user.Update, user.Delete},
		KeyInFindPath: true,
	}.Run(t)
}

// borrower has every attribute. In a bubble it is the year 2000.
func borrower(n, version int) *user.Record {
	return &user.Record{User: user.User{
		ID: fmt.Sprintf("borrower-%d", n), Attributes: []user.Attribute{
			{Field: user.FirstName, Value: text([]string{"Blair Ann", "Blair"}[version])},
			{Field: user.MiddleName, Value: text("Cassidy")},
			{Field: user.LastName, Value: text("Dufresne")},
			{Field: user.Email, Value: text(fmt.Sprintf("blair.dufresne%d@mail.example", n))},
			{Field: user.Phone, Value: text(fmt.Sprintf("+1 (616) 672-%04d", 1000*version+n))},
			{Field: user.DateOfBirth, Value: text("1960-05-16")},
			{Field: user.AddressLine1, Value: text([]string{"5161 Stansfield Dr", "12 Harbor Road"}[version])},
			{Field: user.AddressLine2, Value: text("Apartment 4B")},
			{Field: user.AddressLine3, Value: text("Back Door")},
			{Field: user.City, Value: text("Zionsville")},
			{Field: user.State, Value: text("PA")},
			{Field: user.ZipCode, Value: text("18092")},
			{Field: user.Country, Value: text("United States of America")},
			{Field: user.CreditReport, Value: text("credit.xml")},
			{Field: user.AssetReport, Value: text("assets.json")},
		}, Secrets: []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret(fmt.Sprintf("987-65-%04d", n+1))}},
	}}
}

func newSandbox(t testing.TB, faults ...string) destinationtest.Sandbox {
	faulty, err := sandbox.Options{API: mock.API{Secret: secretKey}, RequireAuth: true, ClientID: "client-1", Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return destinationtest.Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look: func(r *user.Record) destinationtest.Look {
			email, _ := r.User.Value(user.Email)
			m := s.Lookup("email", email.Text)
			look := destinationtest.Look{Held: len(m.Keys), Created: int(m.Created)}
			for _, key := range m.Keys {
				u, _ := s.User(key)
				look.Data += strings.ReplaceAll(string(u.Attributes), key, "")
			}
			return look
		},
	}
}
