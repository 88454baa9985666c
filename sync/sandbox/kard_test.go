package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestRequestsRefusedAsAWhole(t *testing.T) {
	put := usersPath + "/u-1"
	for _, tc := range []struct {
		name    string
		r       request
		status  int
		pointer string
	}{
		{"not JSON", request{"POST", usersPath, `{"data":[`, nil}, 400, ""},
		{"nothing", request{"POST", usersPath, ``, nil}, 400, ""},
		{"something after it", request{"POST", usersPath, `{"data":[` + one("a") + `]} x`, nil}, 400, ""},
		{"not UTF-8", request{"POST", usersPath, `{"data":[` + one("a\xff") + "]}\xff", nil}, 400, ""},
		{"an array", request{"POST", usersPath, `[]`, nil}, 400, ""},
		{"no data", request{"POST", usersPath, `{"meta":{}}`, nil}, 400, ""},
		{"data twice", request{"POST", usersPath, `{"data":[` + one("a") + `],"data":[` + one("b") + `]}`, nil}, 400, "/data"},
		{"data is no array", request{"POST", usersPath, `{"data":` + one("a") + `}`, nil}, 400, "/data"},
		{"data is empty", request{"POST", usersPath, `{"data":[]}`, nil}, 400, "/data"},
		{"a user is a number", request{"POST", usersPath, `{"data":[1]}`, nil}, 400, "/data/0"},
		{"id is a number", request{"POST", usersPath, `{"data":[{"type":"user","id":1,"attributes":{}}]}`, nil}, 400, "/data/0/id"},
		{"id is empty", request{"POST", usersPath, `{"data":[` + one("a") + "," + one("") + `]}`, nil}, 400, "/data/1/id"},
		{"no id", request{"POST", usersPath, `{"data":[{"type":"user","attributes":{}}]}`, nil}, 400, "/data/0"},
		{"no type", request{"POST", usersPath, `{"data":[{"id":"a","attributes":{}}]}`, nil}, 400, "/data/0"},
		{"no attributes", request{"POST", usersPath, `{"data":[{"type":"user","id":"a"}]}`, nil}, 400, "/data/0"},
		{"attributes is null", request{"POST", usersPath, `{"data":[` + userWith("a", `null`) + `]}`, nil}, 400, "/data/0/attributes"},
		{"another type", request{"POST", usersPath, `{"data":[{"type":"card","id":"a","attributes":{}}]}`, nil}, 400, "/data/0/type"},
		{"id twice in a user", request{"POST", usersPath, `{"data":[{"type":"user","id":"a","id":"b","attributes":{}}]}`, nil}, 400, ""},
		{"the same id twice", request{"POST", usersPath, `{"data":[` + one("a") + "," + one("b") + "," + one("a") + `]}`, nil}, 400, "/data/2/id"},
		{"the same id, escaped", request{"POST", usersPath, `{"data":[` + one("a") + `,{"type":"user","id":"\u0061","attributes":{}}]}`, nil}, 400, "/data/1/id"},
		{"101 users", request{"POST", usersPath, `{"data":[` + strings.Join(many(0, 101), ",") + `]}`, nil}, 400, "/data"},
		{"too large", request{"POST", usersPath, `{"data":"` + strings.Repeat("x", bodyLimit) + `"}`, nil}, 413, ""},
		{"put of an array", request{"PUT", put, `{"data":[` + one("u-1") + `]}`, nil}, 400, "/data"},
		{"put of another id", request{"PUT", put, `{"data":` + one("u-2") + `}`, nil}, 400, "/data/id"},
		{"put without enrolledRewards", request{"PUT", put, `{"data":` + userWith("u-1", `{}`) + `}`, nil}, 400, "/data/attributes/enrolledRewards"},
		{"put of an unknown user", request{"PUT", put, `{"data":` + one("u-1") + `}`, nil}, 404, ""},
		{"delete of an unknown user", request{"DELETE", put, ``, nil}, 404, ""},
		{"get of an unknown user", request{"GET", put, ``, nil}, 404, ""},
		{"get of nobody", request{"GET", usersPath + "/", ``, nil}, 400, ""},
		{"bad encoding", request{"GET", usersPath + "/%ff", ``, nil}, 400, ""},
		{"list", request{"GET", usersPath, ``, nil}, 405, ""},
		{"patch", request{"PATCH", put, `{}`, nil}, 405, ""},
		{"another path", request{"GET", "/v1/users", ``, nil}, 404, ""},
		{"a path below a user", request{"GET", put + "/cards", ``, nil}, 404, ""},
		{"another organization", request{"GET", "/v2/issuers/other/users/u-1", ``, nil}, 404, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := New(Options{Organization: "org"})
			w := do(t, s, tc.r)
			e, _ := read(t, w)
			if w.Code != tc.status || len(e.Errors) != 1 || e.Data != nil {
				t.Fatalf("answer is %d %s", w.Code, w.Body)
			}
			pointer := ""
			if e.Errors[0].Source != nil {
				pointer = e.Errors[0].Source.Pointer
			}
			if pointer != tc.pointer {
				t.Errorf("pointer is %q, want %q", pointer, tc.pointer)
			}
			if n := s.State().Users; n != 0 {
				t.Errorf("%d users were created", n)
			}
		})
	}
}

func TestAttributes(t *testing.T) {
	for name, tc := range map[string]struct {
		attributes string
		wrong      []string // attributes complained of, sorted
	}{
		"all seven":       {`{"enrolledRewards":["CARDLINKED"],"zipCode":"01238","email":"a@b.c","hashedEmail":"00","phoneNumber":"+1","birthYear":"1990","historicalTransactionsSent":true}`, nil},
		"none enrolled":   {`{"enrolledRewards":[]}`, nil},
		"white space":     {"{ \"enrolledRewards\" : [ \"CARDLINKED\" ] ,\n\"zipCode\":\t\"1 2\" }", nil},
		"escapes":         {`{"enrolledRewards":["\u0043ARDLINKED"],"zip\u0043ode":"\"\\\ud83d\ude00"}`, nil},
		"nothing":         {`{}`, []string{"enrolledRewards"}},
		"affiliate":       {`{"enrolledRewards":["AFFILIATE"]}`, []string{"enrolledRewards"}},
		"a number in it":  {`{"enrolledRewards":[1]}`, []string{"enrolledRewards"}},
		"a string":        {`{"enrolledRewards":"CARDLINKED"}`, []string{"enrolledRewards"}},
		"null":            {`{"enrolledRewards":[],"email":null}`, []string{"email"}},
		"numbers":         {`{"enrolledRewards":[],"zipCode":11238,"birthYear":1990}`, []string{"birthYear", "zipCode"}},
		"flag in quotes":  {`{"enrolledRewards":[],"historicalTransactionsSent":"true"}`, []string{"historicalTransactionsSent"}},
		"an eighth":       {`{"enrolledRewards":[],"first~/name":{"a":[1]}}`, []string{"first~0~1name"}},
		"twice":           {`{"enrolledRewards":[],"email":"a","email":"b"}`, []string{"email"}},
		"an eighth twice": {`{ "enrolledRewards":[],"x":1,"x":2}`, []string{"x", "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{})
			w := post(t, s, one("good"), userWith("subject", tc.attributes))
			e, users := read(t, w)
			var wrong []string
			for _, one := range e.Errors {
				if *one.ID != "subject" || one.Status != "400" {
					t.Errorf("error is %+v", one)
				}
				wrong = append(wrong, strings.TrimPrefix(one.Source.Pointer, "/data/1/attributes/"))
			}
			slices.Sort(wrong)
			if !slices.Equal(wrong, tc.wrong) {
				t.Fatalf("complaints about %q, want %q", wrong, tc.wrong)
			}
			if status, n := 207, 1; len(wrong) == 0 {
				status, n = 201, 2
				if w.Code != status || len(users) != n {
					t.Errorf("answer is %d %s", w.Code, w.Body)
				}
			} else if w.Code != status || len(users) != n || users[0].ID != "good" {
				t.Errorf("answer is %d %s", w.Code, w.Body)
			}
			if u, ok := s.User("subject"); ok != (len(wrong) == 0) || strings.ContainsAny(string(u.Attributes), "\n\t") {
				t.Errorf("held: %v %s", ok, u.Attributes)
			}
		})
	}
}

func TestCreateTwiceIsAConflictOfTheUser(t *testing.T) {
	s := New(Options{})
	if w := post(t, s, one("a")); w.Code != 201 {
		t.Fatalf("first: %d", w.Code)
	}
	w := post(t, s, one("b"), one("a"))
	e, users := read(t, w)
	if w.Code != 207 || len(users) != 1 || users[0].ID != "b" || len(e.Errors) != 1 || *e.Errors[0].ID != "a" || e.Errors[0].Status != "409" {
		t.Fatalf("mixed: %d %s", w.Code, w.Body)
	}
	w = post(t, s, one("b"), one("a"))
	if e, _ := read(t, w); w.Code != 207 || e.Data != nil || len(e.Errors) != 2 {
		t.Fatalf("all exist: %d %s", w.Code, w.Body)
	}
	if u, _ := s.User("a"); u.Created != 1 {
		t.Errorf("created %d times", u.Created)
	}
}

func TestUpdate(t *testing.T) {
	const before = `{"enrolledRewards":["CARDLINKED"],"zipCode":"1","email":"a@b.c","historicalTransactionsSent":true}`
	for name, tc := range map[string]struct {
		put   Put
		with  string
		want  string
		wrong string
	}{
		"merge keeps":      {Merge, `{"enrolledRewards":[],"zipCode":"2"}`, `{"enrolledRewards":[],"zipCode":"2","email":"a@b.c","historicalTransactionsSent":true}`, ""},
		"merge is default": {"", `{"enrolledRewards":[]}`, `{"enrolledRewards":[],"zipCode":"1","email":"a@b.c","historicalTransactionsSent":true}`, ""},
		"replace drops":    {Replace, `{"enrolledRewards":[],"birthYear":"1990"}`, `{"enrolledRewards":[],"birthYear":"1990","historicalTransactionsSent":true}`, ""},
		"one way":          {Merge, `{"enrolledRewards":[],"historicalTransactionsSent":false}`, before, "/data/attributes/historicalTransactionsSent"},
		"one way, replace": {Replace, `{"enrolledRewards":[],"historicalTransactionsSent":false}`, before, "/data/attributes/historicalTransactionsSent"},
		"longer": {Merge, `{"enrolledRewards":[],"email":"` + strings.Repeat("long", 99) + `"}`,
			`{"enrolledRewards":[],"zipCode":"1","email":"` + strings.Repeat("long", 99) + `","historicalTransactionsSent":true}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(Options{Put: tc.put})
			post(t, s, userWith("u/1 ü", before), one("neighbour"))
			path := usersPath + "/u%2F1%20%C3%BC"
			w := do(t, s, request{method: "PUT", path: path, body: `{"data":` + userWith("u/1 ü", tc.with) + `}`})
			e, _ := read(t, w)
			if tc.wrong != "" {
				if w.Code != 400 || e.Errors[0].Source.Pointer != tc.wrong || *e.Errors[0].ID != "u/1 ü" {
					t.Errorf("answer is %d %s", w.Code, w.Body)
				}
			} else if got := `{"data":` + userWith("u/1 ü", tc.want) + `}`; w.Code != 200 || w.Body.String() != got {
				t.Errorf("answer is %d %s\nwant %s", w.Code, w.Body, got)
			}
			w = do(t, s, request{method: "GET", path: path})
			if got := `{"data":` + userWith("u/1 ü", tc.want) + `}`; w.Code != 200 || w.Body.String() != got {
				t.Errorf("GET is %d %s\nwant %s", w.Code, w.Body, got)
			}
		})
	}
}

func TestDeleteAndCreateAgain(t *testing.T) {
	s := New(Options{})
	post(t, s, one("a"))
	for i, want := range []int{200, 404} {
		w := do(t, s, request{method: "DELETE", path: usersPath + "/a"})
		if w.Code != want || w.Body.Len() == 0 {
			t.Errorf("delete %d: %d %s", i+1, w.Code, w.Body)
		}
	}
	if w := do(t, s, request{method: "GET", path: usersPath + "/a"}); w.Code != 404 {
		t.Errorf("GET after DELETE: %d", w.Code)
	}
	if w := post(t, s, userWith("a", `{"enrolledRewards":[],"zipCode":"1"}`)); w.Code != 201 {
		t.Errorf("again: %d", w.Code)
	}
	u, _ := s.User("a")
	if !u.Held || u.Created != 2 || u.Deleted != 1 || string(u.Attributes) != `{"enrolledRewards":[],"zipCode":"1"}` {
		t.Errorf("state is %+v", u)
	}
}

func TestDotsAreAnId(t *testing.T) {
	s := New(Options{})
	post(t, s, one(".."), one("a?b#c%"))
	for _, segment := range []string{"%2E%2E", "a%3Fb%23c%25"} {
		if w := do(t, s, request{method: "GET", path: usersPath + "/" + segment}); w.Code != http.StatusOK {
			t.Errorf("GET %s: %d", segment, w.Code)
		}
	}
}

func sorted[T cmp.Ordered](list []T) []T { slices.Sort(list); return list }
