package custom

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secrets stands for the environment.
func secrets(text string) (string, error) {
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		if name == "UNSET" {
			return "", errors.New("environment variable UNSET is not set, or is empty")
		}
		return "value-of-" + name, nil
	}
	return text, nil
}

// client makes a client from the section custom:.
func client(t testing.TB, section, url string) *Client {
	t.Helper()
	config, err := decode(t, section)
	if err != nil {
		t.Fatal(err)
	}
	config.BaseURL, config.REST.Proxy = url, "none"
	if config.Account == "" {
		config.Account = "acme/1"
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

func decode(t testing.TB, text string) (*Config, error) {
	t.Helper()
	lines := strings.Split("name: acme\n"+strings.TrimSpace(text), "\n")
	return Decode(section(t, "custom:\n  "+strings.Join(lines, "\n  ")), secrets)
}

// answering returns a client of an API that always gives the same answer.
func answering(t testing.TB, section string, status int, body string) *Client {
	t.Helper()
	server := httptest.NewServer(stage.Answering(status, body, "X-Request-Id", "req-7"))
	t.Cleanup(server.Close)
	return client(t, section, server.URL)
}

// sent is a call as the API gets it.
type sent struct {
	line   string
	header http.Header
	body   string
}

// sending makes one call and returns what the API saw.
func sending(t *testing.T, section string, b user.Batch) sent {
	t.Helper()
	var got sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{r.Method + " " + r.RequestURI, r.Header, string(body)}
		w.WriteHeader(204)
	}))
	defer server.Close()
	if _, err := client(t, section, server.URL).Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return got
}

func someone(id string, attributes ...user.Attribute) *user.Record {
	return &user.Record{Op: user.Upsert, User: user.User{ID: id, Attributes: attributes}}
}

func attribute(f user.Field, text string) user.Attribute {
	return user.Attribute{Field: f, Value: user.TextValue(text)}
}

func batch(op user.Op, records ...*user.Record) user.Batch {
	return user.Batch{Op: op, Records: records}
}

func people(op user.Op, ids ...string) user.Batch {
	b := user.Batch{Op: op}
	for _, id := range ids {
		b.Records = append(b.Records, someone(id, attribute(user.Email, id+"@example.com")))
	}
	return b
}

func TestNewNeedsANameAndAnAddress(t *testing.T) {
	config, err := decode(t, "create: {path: /users}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(config); err == nil || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("without an address: %v", err)
	}
	config.Name, config.BaseURL = " ", "https://api.example.com"
	if _, err := New(config); err == nil || !strings.Contains(err.Error(), "custom.name") {
		t.Errorf("without a name: %v", err)
	}
}

func TestTraitsAreWhatTheConfigSays(t *testing.T) {
	c := client(t, `
keys: theirs
calls_per_minute: 90
create: {path: /users, body: {email: "{email}"}, answer: {remote: /id}}
update: {path: "/users/{remote}", replay: safe, merge: true, body: {email: "{email}", phone: "{phone}"}}
delete: {path: "/users/{remote}", replay: detectable}
read: {path: "/users/{remote}", answer: {fields: {email: /email, phone: /phone}}}
`, "https://api.example.com")
	got := c.Traits()
	want := map[user.Op]destination.OpTraits{
		user.Create: {Max: 1}, user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Open: true}, user.Delete: {Max: 1, Replay: destination.Detectable},
	}
	for op, traits := range want {
		if got.Ops[op] != traits {
			t.Errorf("%s: %+v", op, got.Ops[op])
		}
	}
	if got.Name != "acme" || got.PerMinute != 90 || !got.OwnKeys || got.Blind || !got.AnyField || len(got.Fields) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestCallsOfOtherSizesAreNotMade(t *testing.T) {
	c := client(t, `create: {path: /users, batch: 2, item: {id: "{id}"}, answer: {absent: succeeded}}`, "http://127.0.0.1:1")
	if o, err := c.Apply(t.Context(), user.Batch{Op: user.Create}); len(o) != 0 || err != nil {
		t.Errorf("nobody: %v %v", o, err)
	}
	for _, b := range []user.Batch{people(user.Create, "1", "2", "3"), people(user.Update, "1"), people(user.Upsert, "1")} {
		_, err := c.Apply(t.Context(), b)
		if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.RefusedWhole || ce.Code != "too_many" {
			t.Errorf("%s of %d: %v", b.Op, len(b.Records), err)
		}
	}
}

func secretOf(text string) user.Secret { return user.NewSecret(text) }
