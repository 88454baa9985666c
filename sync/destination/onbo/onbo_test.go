package onbo

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secretKey = "2acf04c3-48d1-456f-a54e-1a4251814478"
	uuid      = "2acf04c3-48d1-456f-a54e-1m4251814478" // as in the reference, where m is not a hexadecimal digit
)

// noon is the time of the published vectors.
func noon() time.Time { return time.UnixMilli(1700000000000) }

func settings(url string) Config {
	return Config{ClientID: "client-1", SecretKey: user.NewSecret(secretKey), Now: noon, REST: rest.Config{BaseURL: url, Proxy: "none"}}
}

func serve(t *testing.T, api http.HandlerFunc, set ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	config := settings(server.URL + "/v1")
	for _, s := range set {
		s(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// answering returns a client of an API that always gives the same answer.
func answering(t *testing.T, status int, body string, set ...func(*Config)) *Client {
	return serve(t, stage.Answering(status, body, "X-Request-Id", "req-7"), append([]func(*Config){func(c *Config) { c.Delete = true }}, set...)...)
}

// person has everything that Onbo requires.
func person(id string) *user.Record {
	text := user.TextValue
	return &user.Record{Op: user.Upsert, User: user.User{ID: id, Attributes: []user.Attribute{
		{Field: user.FirstName, Value: text("Blair Ann")}, {Field: user.LastName, Value: text("Dufresne")},
		{Field: user.Email, Value: text("blair." + id + "@example.com")}, {Field: user.Phone, Value: text("+1 (616) 672-3456")},
		{Field: user.DateOfBirth, Value: text("1988-05-16")}, {Field: user.AddressLine1, Value: text("5161 Stansfield Dr")},
		{Field: user.City, Value: text("Zionsville")}, {Field: user.State, Value: text("PA")},
		{Field: user.ZipCode, Value: text("18092")}, {Field: user.Country, Value: text("USA")},
	}, Secrets: []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret("111-22-3333")}}}}
}

func known(id string) *user.Record {
	r := person(id)
	r.Remote = uuid
	return r
}

// with returns r with a value changed or added.
func with(r *user.Record, f user.Field, v user.Value) *user.Record {
	r.User.Attributes = append(without(r, f).User.Attributes, user.Attribute{Field: f, Value: v})
	return r
}

func without(r *user.Record, fields ...user.Field) *user.Record {
	var kept []user.Attribute
	for _, a := range r.User.Attributes {
		if !contains(fields, a.Field) {
			kept = append(kept, a)
		}
	}
	r.User.Attributes = kept
	if contains(fields, user.SSN) {
		r.User.Secrets = nil
	}
	return r
}

func contains(fields []user.Field, f user.Field) bool {
	for _, field := range fields {
		if field == f {
			return true
		}
	}
	return false
}

func apply(t *testing.T, c *Client, op user.Op, r *user.Record) (user.Outcome, *destination.CallError) {
	t.Helper()
	outcomes, err := c.Apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}})
	if ce := expect.CallError(t, err); ce != nil {
		return user.Outcome{}, ce
	}
	if len(outcomes) != 1 || outcomes[0].Record != r || outcomes[0].Action != "" || outcomes[0].Attempts != 0 {
		t.Fatalf("outcomes are %+v", outcomes)
	}
	return outcomes[0], nil
}

// told writes an outcome as "status code http remote", without empty parts, or a
// fault as "fault code".
func told(o user.Outcome, ce *destination.CallError) string {
	if ce != nil {
		return ce.Fault.String() + " " + ce.Code
	}
	parts := []string{string(o.Status), o.Code, fmt.Sprint(o.HTTP), o.Remote}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func TestNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Config){
		"needs client_id":     func(c *Config) { c.ClientID = "" },
		"and secret_key":      func(c *Config) { c.SecretKey = user.Secret{} },
		"a header cannot":     func(c *Config) { c.ClientID = "a\nb" },
		"milliseconds or":     func(c *Config) { c.Epoch = "minutes" },
		"slashes or dashes":   func(c *Config) { c.Date = "dots" },
		"refuse or warn":      func(c *Config) { c.Checks = "off" },
		"not a directory":     func(c *Config) { c.Reports = file },
		"base_url is missing": func(c *Config) { c.REST.BaseURL = "" },
	} {
		config := settings("https://x.example/v1")
		spoil(&config)
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secretKey) {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

func TestTraits(t *testing.T) {
	config := settings("https://x.example/v1")
	for _, deletes := range []bool{false, true} {
		config.Delete = deletes
		c, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		want := map[user.Op]destination.OpTraits{
			user.Create: {Max: 1, Replay: destination.Unsafe},
			user.Update: {Max: 1, Replay: destination.Safe},
		}
		if deletes {
			want[user.Delete] = destination.OpTraits{Max: 1, Replay: destination.Safe}
		}
		got := c.Traits()
		if diff := cmp.Diff(want, got.Ops); diff != "" || !got.OwnKeys || !got.FindsByKey || got.Blind || got.PerMinute != 0 {
			t.Errorf("%+v: %s", got, diff)
		}
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was made") })
	if o, err := c.Apply(t.Context(), user.Batch{Op: user.Create}); len(o) != 0 || err != nil {
		t.Errorf("nobody: %v %v", o, err)
	}
	for _, b := range []user.Batch{
		{Op: user.Create, Records: []*user.Record{person("1"), person("2")}},
		{Op: user.Upsert, Records: []*user.Record{person("1")}},
		{Op: user.Delete, Records: []*user.Record{known("1")}}, // it is not enabled here
	} {
		_, err := c.Apply(t.Context(), b)
		if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.RefusedWhole || ce.Status != 0 {
			t.Errorf("%s of %d: %v", b.Op, len(b.Records), ce)
		}
	}
}

// TestWhatMustNotBeSent: a create of a user with a uuid would duplicate the user,
// and a path without a uuid leads to all users.
func TestWhatMustNotBeSent(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was made") }, func(c *Config) { c.Delete = true })
	if o, ce := apply(t, c, user.Create, known("1")); told(o, ce) != "_exists 0 "+uuid {
		t.Error(told(o, ce))
	}
	for _, op := range []user.Op{user.Update, user.Delete} {
		if o, ce := apply(t, c, op, person("1")); told(o, ce) != "invalid unknown_remote 0" {
			t.Errorf("%s: %s", op, told(o, ce))
		}
	}
	if found, err := c.Find(t.Context(), person("1")); err != nil || found.Presence != destination.Unknown {
		t.Errorf("%+v %v", found, err)
	}
}
