package konstantly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is one answer, "200 {}" or "404".
type reply string

// site is an API that answers each call by its "METHOD path", and records what it
// was asked.
type site struct {
	answers map[string]reply
	mu      sync.Mutex
	calls   []string // METHOD path
	bodies  []string
	keys    []string
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := r.Method + " " + strings.TrimPrefix(r.RequestURI, "/openapi/v1")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.bodies = append(s.calls, call), append(s.bodies, string(body))
	s.keys = append(s.keys, strings.Join(r.Header.Values("X-Api-Key"), ","))
	answer, ok := s.answers[call]
	if !ok {
		answer = "599" // an unexpected call
	}
	status, text, _ := strings.Cut(string(answer), " ")
	var code int
	fmt.Sscan(status, &code)
	w.Header().Set("X-Request-Id", "req-7")
	w.WriteHeader(code)
	if code != 204 {
		io.WriteString(w, text)
	}
}

func settings(url string) Config {
	return Config{Key: user.NewSecret("1qaz2wsx3edc"), REST: rest.Config{BaseURL: url + "/openapi/v1", Proxy: "none"}}
}

func serve(t *testing.T, answers map[string]reply, set ...func(*Config)) (*Client, *site) {
	t.Helper()
	s := &site{answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	config := settings(server.URL)
	for _, set := range set {
		set(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c, s
}

func blocking(c *Config)   { c.OnAbsent = Block }
func generating(c *Config) { c.Password = Generate }
func always(c *Config)     { c.Password = Always }
func asked(c *Config)      { c.Schema = siteSchema }

var siteSchema = Schema{
	"department": {Type: ofChoice, Options: []option{{1, "Sales"}, {2, "R&D"}, {3, "1"}}},
	"languages":  {Type: ofChoices, Options: []option{{31, "English"}, {32, "Polish"}}},
	"remote":     {Type: ofYesNo},
	"grade":      {Type: ofNumber},
	"badge":      {Type: ofText},
	"since":      {Type: 2},
}

var text = user.TextValue

func attr(f user.Field, v user.Value) user.Attribute { return user.Attribute{Field: f, Value: v} }

// person has everything that a create requires.
func person(id string, more ...user.Attribute) *user.Record {
	return &user.Record{Op: user.Upsert, User: user.User{ID: id,
		Attributes: append([]user.Attribute{
			attr(user.Name, text("Frieda Mustermann")), attr(user.Email, text("frieda@mail.example")), attr(user.Role, text("learner")),
		}, more...),
		Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("Tr0ub4dor&3x")}},
	}}
}

func without(r *user.Record, f user.Field) *user.Record {
	var kept []user.Attribute
	for _, a := range r.User.Attributes {
		if a.Field != f {
			kept = append(kept, a)
		}
	}
	r.User.Attributes = kept
	if f == user.Password {
		r.User.Secrets = nil
	}
	return r
}

func as(op user.Op, r *user.Record) *user.Record { r.Op = op; return r }

// told is an outcome or a fault in a few words.
func told(t *testing.T, outcomes []user.Outcome, err error) string {
	t.Helper()
	var ce *destination.CallError
	switch {
	case errors.As(err, &ce):
		return ce.Fault.String() + " " + ce.Code
	case err != nil || len(outcomes) != 1:
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	o := outcomes[0]
	words := []string{string(o.Status), o.Code, fmt.Sprint(o.HTTP), o.Detail}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func apply(t *testing.T, c *Client, op user.Op, r *user.Record) string {
	t.Helper()
	outcomes, err := c.Apply(t.Context(), user.Batch{Op: op, Records: []*user.Record{r}})
	return told(t, outcomes, err)
}

func TestNew(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"auth.key is missing":  func(c *Config) { c.Key = user.Secret{} },
		"delete or block":      func(c *Config) { c.OnAbsent = "forget" },
		"create, always or":    func(c *Config) { c.Password = "never" },
		"base_url is missing":  func(c *Config) { c.REST.BaseURL = "" },
		"a header cannot carr": func(c *Config) { c.Key = user.NewSecret("a\nb") },
	} {
		config := settings("https://x.example")
		change(&config)
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
	}
	c, _ := serve(t, nil)
	want := map[user.Op]destination.OpTraits{
		user.Create: {Max: 1, Replay: destination.Detectable},
		user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Set: "attributes."},
		user.Delete: {Max: 1, Replay: destination.Safe},
	}
	if diff := cmp.Diff(want, c.Traits().Ops); diff != "" || c.Traits().PerMinute != 100 || c.Traits().OwnKeys || c.Traits().Blind {
		t.Error(diff, c.Traits())
	}
}

// full has every field that Konstantly takes, in the forms found in files.
func full() *user.Record {
	return person("E1",
		attr(user.Bio, text("Says \"hi\"\n")), attr(user.Occupation, text("Associate")), attr(user.Location, user.JSONValue("10115")),
		attr(user.Timezone, text("Europe/Berlin")), attr(user.FromAPI, text("No")), attr(user.Courses, text("110;150")),
		attr(user.Groups, user.JSONValue(`[2]`)), attr(user.DeadlineAt, text("1767225600")),
		attr("attributes.designation", user.JSONValue("4")), attr("attributes.mobile", text("+44 0 144")),
		attr("attributes.tags", user.JSONValue(`[1,{"a":null}]`)), attr("attributes.old", user.Value{Kind: user.Clear}))
}

const (
	fullSent       = `"name":"Frieda Mustermann","email":"frieda@mail.example","roleAlias":"learner","bio":"Says \"hi\"\n","occupation":"Associate","location":"10115","timezone":"Europe/Berlin","fromApi":false`
	onceSent       = `,"courses":[110,150],"deadlineAt":1767225600,"groups":[2]`
	attributesSent = `,"attributes":{"designation":4,"mobile":"+44 0 144","tags":[1,{"a":null}]}`
)

func TestRequests(t *testing.T) {
	bare := person("E2", // none of these may be sent
		attr(user.Bio, user.Value{Kind: user.Clear}), attr(user.FromAPI, text("perhaps")), attr(user.Courses, text("")),
		attr(user.Groups, text("a;b")), attr(user.DeadlineAt, text("soon")), attr(user.Phone, text("1")))
	onlyMail := &user.Record{User: user.User{ID: "E3", Attributes: []user.Attribute{attr(user.Email, text("z@mail.example"))}}}
	cleared := &user.Record{User: user.User{ID: "E4", Attributes: []user.Attribute{attr("attributes.x", user.Value{Kind: user.Clear})}}}
	const required = `"name":"Frieda Mustermann","email":"frieda@mail.example","roleAlias":"learner"`
	for name, test := range map[string]struct {
		op   user.Op
		r    *user.Record
		set  func(*Config)
		call string
		body string
	}{
		"create":                  {user.Create, full(), nil, "POST /users", `{"id":"E1",` + fullSent + onceSent + `,"password":"Tr0ub4dor&3x"` + attributesSent + `}`},
		"create of little":        {user.Create, bare, nil, "POST /users", `{"id":"E2",` + required + `,"password":"Tr0ub4dor&3x"}`},
		"no courses on purpose":   {user.Create, person("E1", attr(user.Courses, text("[]"))), nil, "POST /users", `{"id":"E1",` + required + `,"courses":[],"password":"Tr0ub4dor&3x"}`},
		"update":                  {user.Update, full(), nil, "PATCH /users/E1", `{` + fullSent + attributesSent + `}`},
		"update of the password":  {user.Update, full(), always, "PATCH /users/E1", `{` + fullSent + `,"password":"Tr0ub4dor&3x"` + attributesSent + `}`},
		"update of the e-mail":    {user.Update, onlyMail, nil, "PATCH /users/E3", `{"email":"z@mail.example"}`},
		"the last attribute goes": {user.Update, cleared, nil, "PATCH /users/E4", `{"attributes":{}}`},
		"delete":                  {user.Delete, full(), nil, "DELETE /users/E1", ""},
		"block":                   {user.Delete, full(), blocking, "POST /users/blocked", `{"id":"E1"}`},
	} {
		set := []func(*Config){}
		if test.set != nil {
			set = append(set, test.set)
		}
		c, s := serve(t, map[string]reply{test.call: "204"}, set...)
		apply(t, c, test.op, test.r)
		if len(s.calls) != 1 || s.calls[0] != test.call || s.bodies[0] != test.body || s.keys[0] != "1qaz2wsx3edc" {
			t.Errorf("%s: sent %q\n%q\nwant\n%q", name, s.calls, s.bodies, test.body)
		}
	}
}

// spelled records the spelling of the header.
type spelled struct{ names []string }

func (s *spelled) RoundTrip(r *http.Request) (*http.Response, error) {
	for name := range r.Header {
		s.names = append(s.names, name)
	}
	return nil, errors.New("noted")
}

func TestTheKeyIsSentInItsSpelling(t *testing.T) {
	noted := new(spelled)
	config := settings("https://x.example")
	config.REST.Transport = noted
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(context.Background(), person("E1")); err == nil || !strings.Contains(strings.Join(noted.names, " "), "X-API-KEY") {
		t.Errorf("%v, %v", noted.names, err)
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	c, s := serve(t, nil)
	if o, err := c.Apply(t.Context(), user.Batch{Op: user.Create}); len(o) != 0 || err != nil {
		t.Errorf("nobody: %v %v", o, err)
	}
	for _, b := range []user.Batch{
		{Op: user.Update, Records: []*user.Record{person("1"), person("2")}}, {Op: user.Upsert, Records: []*user.Record{person("1")}},
	} {
		_, err := c.Apply(t.Context(), b)
		var ce *destination.CallError
		if !errors.As(err, &ce) || ce.Fault != destination.RefusedWhole || ce.Status != 0 {
			t.Errorf("%s of %d: %v", b.Op, len(b.Records), err)
		}
	}
	if len(s.calls) > 0 {
		t.Errorf("called %v", s.calls)
	}
}
