package konstantly

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/sandbox"
)

func open(t *testing.T, o Options, server sandbox.Options) *sandbox.Server {
	t.Helper()
	server.API = New(o)
	if err := server.Check(); err != nil {
		t.Fatal(err)
	}
	return sandbox.New(server)
}

// ask makes a call, "METHOD path body", below /openapi/v1.
func ask(s http.Handler, call string) *httptest.ResponseRecorder {
	parts := strings.SplitN(call+"  ", " ", 3)
	r := httptest.NewRequest(parts[0], root[:len(root)-1]+parts[1], strings.NewReader(strings.TrimSpace(parts[2])))
	r.Header.Set("X-API-KEY", "k")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func said(w *httptest.ResponseRecorder) string {
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body.String()))
}

const (
	ann      = `{"id":"1234567890","name":"Ann Doe","email":"ann@example.com","password":"p","roleAlias":"learner"}`
	annShown = `{"id":"1234567890","name":"Ann Doe","language":"en","occupation":null,"location":null,"timezone":null,"email":"ann@example.com","isBanned":false,"role":{"alias":"learner"},"fromApi":true,"image":null,"attributes":{}}`
	none     = `404 {"status":404,"message":"Not found"}`
)

// story is a list of calls and their answers, in order.
type story [][2]string

func (st story) tell(t *testing.T, s http.Handler) {
	t.Helper()
	for _, step := range st {
		if got := said(ask(s, step[0])); got != step[1] {
			t.Errorf("%s\ngot  %s\nwant %s", step[0], got, step[1])
		}
	}
}

func TestLife(t *testing.T) {
	s := open(t, Options{}, sandbox.Options{})
	story{
		{"GET /users/1234567890", none},
		{"POST /users " + ann, "201 " + annShown},
		{"GET /users/1234567890", "200 " + annShown},
		{"GET /users/byEmail/ANN@example.com", "200 " + annShown},
		{"GET /users/byEmail/bob@example.com", none},
		{"GET /users/byEmail/bob", `400 {"status":400,"message":"Validation failed","errors":{"email":["Invalid email format"]}}`},
		{"PATCH /users/1234567890 " + `{"email":"ann.doe@example.com","bio":"hi","occupation":"Boss","fromApi":false,"courses":[1],"id":"2"}`, "200"},
		{"GET /users/1234567890", "200 " + strings.NewReplacer("ann@", "ann.doe@", `"occupation":null`, `"occupation":"Boss"`, `"fromApi":true`, `"fromApi":false`).Replace(annShown)},
		{"PATCH /users/1234567890 " + `{"occupation":"Boss"}`, `400 {"status":400,"message":"Validation failed","errors":{"email":["This value is required"]}}`},
		{"PATCH /users/2 " + `{"email":"x@example.com"}`, none},
		{"DELETE /users/1234567890", "200"},
		{"DELETE /users/1234567890", none},
		{"POST /users " + ann, "201 " + annShown},
	}.tell(t, s)
	if st := s.State(); st.Users != 1 || st.Created != 2 || st.Updated != 1 || st.Deleted != 1 {
		t.Errorf("%+v", st)
	}
	if u, _ := s.User("1234567890"); strings.Contains(string(u.Attributes), `"p"`) {
		t.Error("a password is kept")
	}
}

// TestAttributesAreOneSet: a PATCH with attributes replaces all of them.
func TestAttributesAreOneSet(t *testing.T) {
	s := open(t, Options{Shows: true}, sandbox.Options{})
	ask(s, "POST /users "+ann[:len(ann)-1]+`,"attributes":{"department":11,"mobile":"+44"}}`)
	for body, want := range map[string]string{
		`{"email":"ann@example.com","attributes":{"department":12}}`:                      `"attributes":{"department":12}`,
		`{"email":"ann@example.com","attributes":{"languages":[31,32],"remote":true}}`:    `"attributes":{"languages":[31,32],"remote":true}`,
		`{"email":"ann@example.com","attributes":{}}`:                                     `"attributes":{}`,
		`{"email":"ann@example.com","attributes":{"department":"Sales"}}`:                 `"errors":{"attributes.department":["This value does not fit the attribute"]}`,
		`{"email":"ann@example.com","attributes":{"languages":[9]}}`:                      `"errors":{"attributes.languages"`,
		`{"email":"ann@example.com","attributes":{"grade":"7","remote":"yes"}}`:           `"errors":{"attributes.grade"`,
		`{"email":"ann@example.com","attributes":{"employee_id":7,"start_date":"2026"}}`:  `"errors":{"attributes.employee_id"`,
		`{"email":"ann@example.com","attributes":[1]}`:                                    `"errors":{"attributes":["This value has the wrong type"]}`,
		`{"email":"ann@example.com","attributes":{"department":null,"theirs":{"a":[1]}}}`: `"attributes":{"department":null,"theirs":{"a":[1]}}`,
	} {
		if got := said(ask(s, "PATCH /users/1234567890 "+body)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
	ask(s, `PATCH /users/1234567890 {"email":"ann@example.com","attributes":{"mobile":"1"}}`)
	if got := said(ask(s, `PATCH /users/1234567890 {"email":"ann@example.com","bio":"x"}`)); !strings.Contains(got, `"attributes":{"mobile":"1"}`) {
		t.Errorf("a PATCH without attributes: %s", got)
	}
}

func TestUnfitCreates(t *testing.T) {
	s := open(t, Options{}, sandbox.Options{})
	for body, want := range map[string]string{
		`{}`: `400 {"status":400,"message":"Validation failed","errors":{"email":["This value is required"],"name":["This value is required"],"password":["This value is required"],"roleAlias":["This value is required"]}}`,
		`{"id":"a-b","name":"A","email":"a@example.com","password":"p","roleAlias":"learner"}`:          `400 {"status":400,"message":"Validation failed","errors":{"id":["Must be alphanumeric"]}}`,
		`{"id":7,"name":"A","email":"a@example.com","password":"p","roleAlias":"learner"}`:              `400 {"status":400,"message":"Validation failed","errors":{"id":["This value has the wrong type"]}}`,
		`{"name":"A","email":"a","password":"p","roleAlias":"learner","courses":["x"]}`:                 `400 {"status":400,"message":"Validation failed","errors":{"courses":["This value has the wrong type"],"email":["Invalid email format"]}}`,
		`{"name":"A","email":"a@example.com","password":"p","roleAlias":"learner","deadlineAt":"soon"}`: `400 {"status":400,"message":"Validation failed","errors":{"deadlineAt":["This value has the wrong type"]}}`,
		`[]`: `400 {"status":400,"message":"The body is not a JSON object"}`,
		`{`:  `400 {"status":400,"message":"The body is not a JSON object"}`,
	} {
		if got := said(ask(s, "POST /users "+body)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
	}
	if s.State().Created != 0 {
		t.Error("a user was created")
	}
	w := ask(s, `POST /users {"name":"A","email":"a@example.com","password":"p","roleAlias":"learner"}`)
	var p person
	if json.Unmarshal(w.Body.Bytes(), &p) != nil || len(p.ID) < 8 || strings.Contains(p.ID, "-") {
		t.Errorf("the id that is made: %s", w.Body)
	}
}

// TestTaken: status and words are not documented, so the status is an option.
func TestTaken(t *testing.T) {
	for status, o := range map[int]Options{400: {}, 409: {Taken: 409}} {
		s := open(t, o, sandbox.Options{})
		body := func(field string) string {
			return fmt.Sprintf(`%d {"status":%d,"message":"Validation failed","errors":{%q:["This value is already used"]}}`, status, status, field)
		}
		other := strings.NewReplacer("1234567890", "2", "ann@", "bob@").Replace(ann)
		story{
			{"POST /users " + ann, "201 " + annShown},
			{"POST /users " + ann, body("email")},
			{"POST /users " + strings.Replace(ann, "1234567890", "2", 1), body("email")},
			{"POST /users " + strings.Replace(ann, "ann@", "bob@", 1), body("id")},
			{"POST /users " + other, "201 " + strings.NewReplacer("1234567890", "2", "ann@", "bob@").Replace(annShown)},
			{`PATCH /users/2 {"email":"Ann@example.com"}`, body("email")},
			{`PATCH /users/2 {"email":"BOB@example.com"}`, "200"},
		}.tell(t, s)
	}
}

func TestBlocks(t *testing.T) {
	s := open(t, Options{Licence: 2}, sandbox.Options{})
	banned := strings.Replace(annShown, `"isBanned":false`, `"isBanned":true`, 1)
	story{
		{`POST /users/blocked {"id":"1234567890"}`, none},
		{"POST /users " + ann, "201 " + annShown},
		{`POST /users/blocked {"id":"1234567890"}`, "200 " + banned},
		{`POST /users/blocked {"id":"1234567890"}`, "200 " + banned},
		{"GET /users/1234567890", "200 " + banned},
		{"DELETE /users/blocked/1234567890", "200 {}"},
		{"DELETE /users/blocked/1234567890", "200 {}"},
		{"GET /users/1234567890", "200 " + annShown},
		{"DELETE /users/blocked/2", none},
		{`POST /users/blocked {"id":"1234567890"}`, "200 " + banned},
	}.tell(t, s)
	for _, name := range []string{"bob", "eve"} {
		ask(s, `POST /users {"id":"`+name+`","name":"X","email":"`+name+`@example.com","password":"p","roleAlias":"expert"}`)
	}
	story{
		{"DELETE /users/blocked/1234567890", `402 {"status":402,"message":"The licence allows no more active users"}`},
		{`POST /users/blocked {"id":"bob"}`, `422 {"status":422,"message":"The user is assigned as expert on courses"}`},
		{"DELETE /users/bob", `422 {"status":422,"message":"The user is assigned as expert on courses"}`},
	}.tell(t, s)
}

func TestPagesAndPaths(t *testing.T) {
	s := open(t, Options{}, sandbox.Options{})
	for n := range 25 {
		ask(s, fmt.Sprintf(`POST /users {"id":"u%d","name":"N%02d","email":"u%d@example.com","password":"p","roleAlias":"learner"}`, n, 24-n, n))
	}
	var list struct {
		Users []person `json:"users"`
		Total int      `json:"totalCount"`
	}
	for query, want := range map[string]string{"": "20 of 25 from N00", "?offset=20": "5 of 25 from N20", "?query=U7@": "1 of 1 from N17", "?offset=99": "0 of 25 from "} {
		list.Users = nil
		if err := json.Unmarshal(ask(s, "GET /users"+query).Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		first := ""
		if len(list.Users) > 0 {
			first = list.Users[0].Name
		}
		if got := fmt.Sprintf("%d of %d from %s", len(list.Users), list.Total, first); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for call, want := range map[string]int{
		"GET /users?offset=x": 400, "PUT /users": 405, "PUT /users/u1": 405, "GET /users/blocked": 405, "GET /groups": 404, "GET /users/u1/more/x": 404,
		"GET /users/": 404, "GET /custom/attributes/users": 200, "POST /custom/attributes/users": 405, "GET /users/%2e%2e": 404,
	} {
		if got := ask(s, call).Code; got != want {
			t.Errorf("%s: %d, want %d", call, got, want)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/users/u1", nil))
	if w.Code != 404 {
		t.Errorf("outside of /openapi/v1: %d", w.Code)
	}
}

func TestKeysAndQuota(t *testing.T) {
	s := open(t, Options{}, sandbox.Options{RequireAuth: true, Token: "k", Quota: sandbox.Quota{PerMinute: 100}})
	w := ask(s, "GET /users/1")
	if w.Code != 404 || w.Header().Get("X-RateLimit-Limit") != "100" || len(w.Header().Get("X-RateLimit-Reset")) != 10 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, key := range []string{"", "x"} {
		r := httptest.NewRequest("GET", "/openapi/v1/users/1", nil)
		r.Header.Set("X-API-KEY", key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 401 || !strings.Contains(w.Body.String(), `"status":401`) {
			t.Errorf("key %q: %s", key, said(w))
		}
	}
}

// TestFaults: they affect this API like any other, in its own format.
func TestFaults(t *testing.T) {
	o, err := sandbox.Options{}.With("refuse=422/create", "echo")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{}, o)
	got := said(ask(s, "POST /users "+ann))
	if !strings.HasPrefix(got, `422 {"status":422,"message":"`) || !strings.Contains(got, "ann@example.com") || s.State().Created != 0 {
		t.Error(got)
	}
}
