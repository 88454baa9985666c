package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func tinyPost(t *testing.T, s http.Handler, path string, emails ...string) *httptest.ResponseRecorder {
	t.Helper()
	var b strings.Builder
	for _, e := range emails {
		fmt.Fprintf(&b, "{\"email\":%q}\n", e)
	}
	return do(t, s, request{method: "POST", path: path, body: b.String()})
}

func TestAnotherAPI(t *testing.T) {
	s := withFaults(t, Options{API: tiny{}})
	w := tinyPost(t, s, "/users", "a@x")
	var u tinyUser
	if err := json.Unmarshal(w.Body.Bytes(), &u); err != nil || w.Code != 201 || w.Header().Get("Content-Type") != "application/tiny+json" {
		t.Fatal(err, w.Code, w.Header(), w.Body)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(u.UUID) {
		t.Errorf("the key is %q", u.UUID)
	}
	tinyPost(t, s, "/users", "b@x")
	for _, tc := range []struct {
		r      request
		status int
	}{
		{request{method: "GET", path: "/users/" + u.UUID}, 200},
		{request{method: "PATCH", path: "/users/" + u.UUID, body: `{"email":"b@x"}`}, 409},
		{request{method: "PATCH", path: "/users/" + u.UUID, body: `{"email":"c@x"}`}, 200},
		{request{method: "PATCH", path: "/users/nobody", body: `{"email":"z@x"}`}, 404},
		{request{method: "POST", path: "/users", body: `{"email":"c@x"}`}, 409},
		{request{method: "POST", path: "/users", body: `{"email":"a@x"}`}, 201},
		{request{method: "POST", path: "/users", body: `{`}, 400},
		{request{method: "DELETE", path: "/users/" + u.UUID}, 204},
		{request{method: "DELETE", path: "/users/" + u.UUID}, 404},
		{request{method: "POST", path: "/users", body: `{"email":"c@x"}`}, 201},
		{request{method: "PUT", path: "/users"}, 404},
	} {
		if w := do(t, s, tc.r); w.Code != tc.status {
			t.Errorf("%s %s %s: %d %s", tc.r.method, tc.r.path, tc.r.body, w.Code, w.Body)
		}
	}
	st := s.State()
	if st.Users != 3 || st.Created != 4 || st.Updated != 1 || st.Deleted != 1 || st.Answers["other"]["404"] != 1 || st.Answers["delete"]["204"] != 1 {
		t.Errorf("state: %+v", st)
	}
	if m := s.Lookup("email", "c@x"); m.Created != 1 || m.Most != 1 || len(m.Keys) != 1 || m.Keys[0] == u.UUID {
		t.Errorf("c@x: %+v", m)
	}
	if w := do(t, s, request{method: "GET", path: "/_sandbox/state?mark=email&value=b@x"}); !strings.HasPrefix(w.Body.String(), `{"created":1,"most":1,"keys":["`) {
		t.Error(w.Body)
	}
}

func TestFaultsOfAnotherAPI(t *testing.T) {
	for fault, want := range map[string]struct {
		status  int
		created uint64
		body    string
	}{
		"500":             {500, 0, `{"message":"The sandbox was told to fail here"}`},
		"503=30s@after":   {503, 1, `{"message":"The sandbox was told to fail here"}`},
		"refuse=422":      {422, 0, `{"message":"User was refused"}`},
		"poison=413":      {413, 0, `{"message":"The request was refused"}`},
		"poison:id=b%40x": {201, 1, ``},
		"html@after":      {200, 1, ``},
		"empty@after":     {201, 1, ``},
		"expire":          {401, 0, `{"message":"The token has expired"}`},
		"redirect":        {307, 0, ``},
		"short":           {201, 1, ``},
		"lost/read":       {201, 1, ``},
		"down=503:0s-":    {503, 0, `{"message":"The service is down"}`},
	} {
		s := withFaults(t, Options{API: tiny{}}, fault)
		w := tinyPost(t, s, "/users", "a@x")
		if w.Code != want.status || s.State().Created != want.created || want.body != "" && w.Body.String() != want.body {
			t.Errorf("%s: %d, %d created, %s", fault, w.Code, s.State().Created, w.Body)
		}
	}
}

func TestHangUpsAndCutsOfAnotherAPI(t *testing.T) {
	for fault, created := range map[string]uint64{"reset": 0, "close": 0, "lost": 1, "cut": 1, "down": 0} {
		r, err := Start(withFaults(t, Options{API: tiny{}}, fault).options, ":0")
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(r.URL()+"/users", "", strings.NewReader(`{"email":"a@x"}`))
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			err = errors.Join(err, resp.Body.Close())
		}
		if err == nil {
			t.Errorf("%s: answered whole", fault)
		}
		if n := r.State().Created; n != created {
			t.Errorf("%s: %d created", fault, n)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	}
}

func TestShapesOfAnotherAPI(t *testing.T) {
	emails := []string{"a@x", "b@x", "c@x", "d@x", "e@x", "f@x"}
	lines := func(w *httptest.ResponseRecorder) []string {
		return strings.FieldsFunc(w.Body.String(), func(r rune) bool { return r == '\n' })
	}
	whole := lines(tinyPost(t, withFaults(t, Options{API: tiny{}}), "/all", emails...))
	if len(whole) != len(emails) {
		t.Fatal(whole)
	}
	short := lines(tinyPost(t, withFaults(t, Options{API: tiny{}}, "short"), "/all", emails...))
	if len(short) >= len(whole) {
		t.Error("short is whole")
	}
	shuffled := lines(tinyPost(t, withFaults(t, Options{API: tiny{}}, "shuffle"), "/all", emails...))
	if slices.Equal(shuffled, whole) || !slices.Equal(slices.Sorted(slices.Values(shuffled)), slices.Sorted(slices.Values(whole))) {
		t.Errorf("shuffled: %q", shuffled)
	}
	foreign := lines(tinyPost(t, withFaults(t, Options{API: tiny{}}, "foreign"), "/all", emails...))
	if !slices.Contains(foreign, ForeignID) {
		t.Error("nobody is foreign")
	}
	refused := withFaults(t, Options{API: tiny{}}, "refuse=422:id=c%40x")
	if got := lines(tinyPost(t, refused, "/all", emails...)); got[2] != "422" || refused.State().Created != 5 {
		t.Errorf("refused: %q", got)
	}
	s := withFaults(t, Options{API: tiny{}}, "conflict")
	if first, again := tinyPost(t, s, "/all", "a@x"), tinyPost(t, s, "/all", "b@x", "a@x"); first.Code != 207 || again.Code != 409 || s.State().Created != 1 {
		t.Errorf("conflict: %d, then %d", first.Code, again.Code)
	}
}

func TestDuplicatesAreCounted(t *testing.T) {
	s := withFaults(t, Options{API: tiny{}})
	for _, e := range []string{"twin@x", "twin@x", "a@x"} {
		tinyPost(t, s, "/users", e)
	}
	if m := s.Lookup("email", "twin@x"); m.Created != 2 || m.Most != 2 || len(m.Keys) != 2 {
		t.Errorf("twin@x: %+v", m)
	}
	if d := s.State().Doubled; d["email"] != 1 {
		t.Errorf("doubled: %v", d)
	}
	if s.Reset(); s.State().Doubled != nil || s.Lookup("email", "twin@x").Created != 0 {
		t.Error("Reset keeps lookup keys")
	}
}

func TestAnotherAPIsEchoTokenAndQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withFaults(t, Options{API: tiny{}, RequireAuth: true, Token: "good", Quota: Quota{PerMinute: 2}}, "echo")
		if w := tinyPost(t, s, "/users", "a@x"); w.Code != 401 {
			t.Errorf("without a token: %d", w.Code)
		}
		r := request{method: "POST", path: "/users", body: `{"email":"a@x"}`, header: map[string]string{"Authorization": "Bearer good"}}
		if w := do(t, s, r); w.Code != 201 || w.Header().Get("Kard-Api-Usage-Quota-Capacity") != "" {
			t.Errorf("with a token: %d %v", w.Code, w.Header())
		}
		if w := do(t, s, r); w.Code != 429 || w.Body.String() != `{"message":"The quota is used up"}` {
			t.Errorf("over the quota: %d %s", w.Code, w.Body)
		}
		s = withFaults(t, Options{API: tiny{}}, "echo")
		tinyPost(t, s, "/users", "a@x")
		if w := tinyPost(t, s, "/users", "a@x"); !strings.Contains(w.Body.String(), "a@x") {
			t.Errorf("no echo: %s", w.Body)
		}
		if w := do(t, s, request{method: "POST", path: "/token", body: "client_id=a&client_secret=b"}); w.Code != 200 {
			t.Errorf("token: %d", w.Code)
		}
	})
}

func TestCheckKnowsWhatAnAPIShows(t *testing.T) {
	for text, api := range map[string]API{"number": tiny{}, "noid=blind": tiny{}, "short/delete": nil, "conflict/update": nil} {
		if _, err := (Options{API: api}).With(text); err == nil || !strings.Contains(err.Error(), "answer") && !strings.Contains(err.Error(), "no effect") && !strings.Contains(err.Error(), "never affects") {
			t.Errorf("%s passes: %v", text, err)
		}
	}
}

func TestPagesOfUsers(t *testing.T) {
	u := New(Options{}).index
	for i := range 10 {
		if err := u.Create(fmt.Sprint(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"0", "4", "9"} {
		u.Delete(key)
	}
	if keys, total := u.Page(2, 3); total != 7 || !slices.Equal(keys, []string{"3", "5", "6"}) {
		t.Error(keys, total)
	}
	if keys, _ := u.Page(6, 100); !slices.Equal(keys, []string{"8"}) {
		t.Error(keys)
	}
	if keys, _ := u.Page(99, 1); len(keys) > 0 {
		t.Error(keys)
	}
	u.Delete("1")
	if got := slices.Collect(u.All()); !slices.Equal(got, []string{"2", "3", "5", "6", "7", "8"}) {
		t.Error(got)
	}
	var taken *TakenError
	if err := u.Create("2", nil); !errors.As(err, &taken) || taken.LookupKey != "" {
		t.Error(err)
	}
}
