package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const usersPath = "/v2/issuers/org/users"

// request is one call of a test; do sends it to the handler without a network.
type request struct {
	method, path, body string
	header             map[string]string
}

func do(t testing.TB, s http.Handler, r request) *httptest.ResponseRecorder {
	t.Helper()
	hr := httptest.NewRequest(r.method, r.path, strings.NewReader(r.body))
	for k, v := range r.header {
		hr.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, hr)
	return w
}

func post(t testing.TB, s http.Handler, users ...string) *httptest.ResponseRecorder {
	t.Helper()
	return do(t, s, request{method: "POST", path: usersPath, body: `{"data":[` + strings.Join(users, ",") + `]}`})
}

func one(id string) string { return userWith(id, `{"enrolledRewards":["CARDLINKED"]}`) }

func userWith(id, attributes string) string {
	return fmt.Sprintf(`{"type":"user","id":%q,"attributes":%s}`, id, attributes)
}

func many(from, to int) []string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, one(fmt.Sprintf("u-%d", i)))
	}
	return list
}

// envelope is any answer, decoded independently of the server's code.
type envelope struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		ID     *string `json:"id"`
		Status any     `json:"status"`
		Title  string  `json:"title"`
		Detail string  `json:"detail"`
		Source *struct {
			Pointer string `json:"pointer"`
		} `json:"source"`
	} `json:"errors"`
}

type dataUser struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Attributes json.RawMessage `json:"attributes"`
}

func read(t testing.TB, w *httptest.ResponseRecorder) (e envelope, users []dataUser) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("answer %d is not JSON: %v\n%s", w.Code, err, w.Body)
	}
	if len(e.Data) > 0 && e.Data[0] == '[' {
		if err := json.Unmarshal(e.Data, &users); err != nil {
			t.Fatal(err)
		}
	}
	return e, users
}

func withFaults(t testing.TB, o Options, texts ...string) *Server {
	t.Helper()
	faulty, err := o.With(texts...)
	if err != nil {
		t.Fatal(err)
	}
	s := New(faulty)
	return s
}

func TestEveryAnswerNamesTheSandbox(t *testing.T) {
	s := New(Options{})
	for _, path := range []string{"/", "/_sandbox/state", "/_sandbox/nothing", "/nothing", usersPath + "/u-1"} {
		if got := do(t, s, request{method: "GET", path: path}).Header().Get("Server"); got != "usersync-sandbox" {
			t.Errorf("GET %s: Server is %q", path, got)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, o := range map[string]Options{
		"put":         {Put: "patch"},
		"not Kard":    {API: tiny{}, Put: Replace},
		"another's":   {API: tiny{}, Organization: "org"},
		"lifetime":    {TokenLifetime: -1},
		"quota":       {Quota: Quota{PerMinute: -1}},
		"style":       {Quota: Quota{Headers: []HeaderStyle{"smoke"}}},
		"fault kind":  {Faults: []Fault{{Kind: "gremlin"}}},
		"status":      {Faults: []Fault{{Kind: Status, Status: 200}}},
		"share":       {Faults: []Fault{{Kind: Reset, Percent: 101}}},
		"unspeakable": {Faults: []Fault{{Kind: Lost, Moment: After}}},
	} {
		if o.Check() == nil {
			t.Errorf("%s: Check takes %+v", name, o)
		}
		if _, err := Start(o, ":0"); err == nil {
			t.Errorf("%s: Start takes it", name)
		}
	}
	if err := (Options{}).Check(); err != nil {
		t.Error(err)
	}
}
