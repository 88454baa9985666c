package onbo

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"usersync/sync/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	sealed      = "AAECAwQFBgcICQoLDA0OD4fRkuvmEDnZ+AtiI+Gjrx8=" // 111-22-3333 by CryptoJS, with Secret
	sealedOther = "AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=" // cannot be decrypted
)

func noon() time.Time { return time.UnixMilli(1700000000000) }

func body(changes ...string) string {
	text := `{"first_name":"Blair Ann","last_name":"Dufresne","email":"Blair@example.com","phone":"6166723456","dob":"1988/05/16","ssn":"` + sealed +
		`","address":{"line_1":"5161 Stansfield Dr","line_2":null,"zip":"18092","city":"Zionsville","state":"PA","country":"UNITED STATES"}}`
	for i := 0; i+1 < len(changes); i += 2 {
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

func server(t *testing.T, api API, o sandbox.Options, faults ...string) *sandbox.Server {
	t.Helper()
	api.Now = noon
	o.API = api
	faulty, err := o.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return s
}

func call(s http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://sandbox.example"+path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func created(t *testing.T, w *httptest.ResponseRecorder) (uuid string) {
	t.Helper()
	var u struct{ UUID string }
	if err := json.Unmarshal(w.Body.Bytes(), &u); err != nil || w.Code != 201 || u.UUID == "" {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return u.UUID
}

func TestLifeOfAUser(t *testing.T) {
	s := server(t, API{Secret: Secret}, sandbox.Options{})
	w := call(s, "POST", "/v1/users", body())
	uuid := created(t, w)
	want := `{"uuid":"` + uuid + `","first_name":"Blair Ann","middle_name":null,"last_name":"Dufresne","citizenship":null,"dwolla_customer_url":null,"email":"Blair@example.com","phone":"6166723456",` +
		`"address":{"line_1":"5161 Stansfield Dr","line_2":null,"line_3":null,"zip":"18092","city":"Zionsville","state":"PA","country":"UNITED STATES"}}`
	if w.Body.String() != want {
		t.Errorf("created as\n%s\nwant\n%s", w.Body, want)
	}
	one := "/v1/users/" + uuid
	for _, step := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", one, "", 200, want},
		{"PUT", one, `{"middle_name":"Cassidy"}`, 200, strings.Replace(want, `"middle_name":null`, `"middle_name":"Cassidy"`, 1)},
		{"PUT", one, `{}`, 200, `"middle_name":"Cassidy"`},
		{"GET", "/v1/users", "", 200, `"pagination":{"offset":0,"limit":25,"total":1}`},
		{"GET", "/v1/users?limit=1&offset=1", "", 200, `{"data":[],"pagination":{"offset":1,"limit":1,"total":1}}`},
		{"GET", "/v1/users?limit=x", "", 400, "limit"},
		{"PUT", "/v1/users/nobody", `{}`, 404, `{"message":"User not found"}`},
		{"GET", "/v1/users/nobody", "", 404, "User not found"},
		{"DELETE", one, "", 200, "Cassidy"},
		{"DELETE", one, "", 404, "User not found"},
		{"GET", one, "", 404, "User not found"},
		{"PATCH", one, "{}", 405, "Method"},
		{"DELETE", "/v1/users", "", 405, "Method"},
		{"DELETE", "/v1/users/", "", 404, "Not found"},
		{"GET", "/users", "", 404, "Not found"},
		{"GET", "/v1/usersx", "", 404, "Not found"},
		{"GET", "/v1/users/a/b", "", 404, "Not found"},
	} {
		if w := call(s, step.method, step.path, step.body); w.Code != step.status || !strings.Contains(w.Body.String(), step.says) {
			t.Errorf("%s %s: %d %s", step.method, step.path, w.Code, w.Body)
		}
	}
	if m := s.Lookup("email", "blair@example.com"); m.Created != 1 || len(m.Keys) != 0 {
		t.Errorf("%+v", m)
	}
	for u := range s.Users() {
		if strings.Contains(string(u.Attributes), "1112") || strings.Contains(string(u.Attributes), "111-22") {
			t.Error("the state shows the SSN")
		}
	}
}

// With the secret, one SSN is one person.
func TestOneSSNIsOnePerson(t *testing.T) {
	for _, test := range []struct {
		api    API
		ssn    string
		status int
	}{
		{API{Secret: Secret}, sealed, 409},
		{API{Secret: Secret, Taken: 400}, sealed, 400},
		{API{Secret: Secret}, sealedOther, 201},
		{API{}, sealed, 201},
		{API{Secret: "another-secret-of-32-bytes-length-xx"}, sealed, 201},
	} {
		s := server(t, test.api, sandbox.Options{})
		uuid := created(t, call(s, "POST", "/v1/users", body("Blair@", "one@")))
		if w := call(s, "POST", "/v1/users", body("Blair@", "two@", sealed, test.ssn)); w.Code != test.status {
			t.Errorf("%+v: %d %s", test.api, w.Code, w.Body)
		}
		if test.status == 201 {
			continue
		}
		if w := call(s, "PUT", "/v1/users/"+uuid, `{"email":"three@example.com"}`); w.Code != 200 {
			t.Errorf("its own SSN prevents the update: %d", w.Code)
		}
		call(s, "DELETE", "/v1/users/"+uuid, "")
		created(t, call(s, "POST", "/v1/users", body("Blair@", "two@")))
	}
}

// Two users with the same e-mail are allowed, and found.
func TestDoublesAreFound(t *testing.T) {
	s := server(t, API{}, sandbox.Options{})
	created(t, call(s, "POST", "/v1/users", body()))
	created(t, call(s, "POST", "/v1/users", body("Blair@", "BLAIR@")))
	if m := s.Lookup("email", "blair@example.com"); m.Created != 2 || m.Most != 2 || s.State().Doubled["email"] != 1 {
		t.Errorf("%+v", m)
	}
}

func TestRules(t *testing.T) {
	s := server(t, API{}, sandbox.Options{})
	for change, says := range map[[2]string]string{
		{`"Blair Ann"`, `"José"`}:                          "first_name",
		{`"Dufresne"`, `"3rd"`}:                            "last_name",
		{`"last_name":"Dufresne",`, ``}:                    "last_name is required",
		{`Blair@`, `Blair`}:                                "email",
		{`6166723456`, `+16166723456`}:                     "phone",
		{`1988/05/16`, `05/16/1988`}:                       "dob",
		{`1988/05/16`, `2005/11/15`}:                       "dob",
		{sealed, `111-22-3333`}:                            "ssn",
		{`"ssn":"` + sealed + `",`, ``}:                    "ssn is required",
		{`"dob"`, `"middle_name":null,"dob"`}:              "middle_name must not be null",
		{`"dob"`, `"asset_report_json_gzip":"e30=","dob"`}: "asset_report",
		{`"dob"`, `"birthday":"x","dob"`}:                  "documented members",
		{`"zip":"18092",`, ``}:                             "address.zip",
		{`UNITED STATES`, `US`}:                            "address",
		{`"address"`, `"adress"`}:                          "documented members",
		{`{`, `[`}:                                         "documented members",
	} {
		if w := call(s, "POST", "/v1/users", body(change[0], change[1])); w.Code != 400 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s for %s: %d %s", change[1], change[0], w.Code, w.Body)
		}
	}
	for _, fine := range [][2]string{{`1988/05/16`, `1988-05-16`}, {`1988/05/16`, `2005/11/14`}, {`"Dufresne"`, `"O’Brien"`}} {
		created(t, call(s, "POST", "/v1/users", body(fine[0], fine[1])))
	}
	if w := call(s, "PUT", "/v1/users/x", `{"ssn":"`+sealed+`"}`); w.Code != 400 {
		t.Errorf("ssn in an update: %d", w.Code)
	}
	if n := s.State().Created; n != 3 {
		t.Errorf("%d created", n)
	}
}

func TestReportsMustBePacked(t *testing.T) {
	s := server(t, API{}, sandbox.Options{})
	for report, status := range map[string]int{
		base64.StdEncoding.EncodeToString([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00")): 201,
		base64.StdEncoding.EncodeToString([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03")):                                     400,
		base64.StdEncoding.EncodeToString([]byte("<credit/>")):                                                                        400,
		"<credit/>": 400,
	} {
		if w := call(s, "POST", "/v1/users", body(`"dob"`, `"credit_report_xml_gzip":"`+report+`","dob"`)); w.Code != status {
			t.Errorf("%.20s: %d %s", report, w.Code, w.Body)
		}
	}
}

// An update of the address keeps its second line, or not: the sandbox can do both.
func TestBothReadingsOfAnAddress(t *testing.T) {
	for whole, want := range map[bool]string{false: `"line_2":"Flat 7"`, true: `"line_2":null`} {
		s := server(t, API{WholeAddress: whole}, sandbox.Options{})
		uuid := created(t, call(s, "POST", "/v1/users", body(`"line_2":null`, `"line_2":"Flat 7"`)))
		w := call(s, "PUT", "/v1/users/"+uuid, `{"address":{"line_1":"1 Main St","zip":"18092","city":"Zionsville","state":"PA","country":"UNITED STATES"}}`)
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "1 Main St") {
			t.Errorf("whole %v: %d %s", whole, w.Code, w.Body)
		}
	}
}

func TestFaultsStrike(t *testing.T) {
	for fault, want := range map[string]struct {
		status  int
		created uint64
		says    string
	}{
		"500":                           {500, 0, `{"message":`},
		"503@after":                     {503, 1, `{"message":`},
		"expire":                        {403, 0, `{"message":`},
		"empty@after":                   {201, 1, ``},
		"refuse=422":                    {422, 0, `{"message":`},
		"refuse:id=Blair%40example.com": {400, 0, `{"message":`},
		"refuse:id=other":               {201, 1, `uuid`},
		"poison=413":                    {413, 0, `{"message":`},
	} {
		s := server(t, API{}, sandbox.Options{}, fault)
		if w := call(s, "POST", "/v1/users", body()); w.Code != want.status || s.State().Created != want.created || !strings.Contains(w.Body.String(), want.says) {
			t.Errorf("%s: %d, %d created, %s", fault, w.Code, s.State().Created, w.Body)
		}
	}
	s := server(t, API{}, sandbox.Options{}, "echo")
	if w := call(s, "POST", "/v1/users", body("1988", "2020")); !strings.Contains(w.Body.String(), "Blair@example.com") || !strings.Contains(w.Body.String(), "6166723456") {
		t.Errorf("no echo: %s", w.Body)
	}
	for _, text := range []string{"short", "conflict"} {
		if _, err := (sandbox.Options{API: API{}}).With(text); err == nil || !strings.Contains(err.Error(), "changes an answer") {
			t.Errorf("%s passes: %v", text, err)
		}
	}
}
