package scim

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"usersync/sync/sandbox"
)

// story is a server and the calls made to it, one after the other.
type story struct {
	t *testing.T
	s *sandbox.Server
	k string // the key of the user created last
}

func begin(t *testing.T, o Options, faults ...string) *story {
	faulty, err := sandbox.Options{API: API{o}}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return &story{t: t, s: s}
}

var keyPattern = regexp.MustCompile(`/Users/([0-9a-f-]{36})`)

// call makes a call, in which KEY is the user created last, and compares the answer
// with a status and a pattern.
func (st *story) call(method, path, body string, status int, want string) {
	st.t.Helper()
	keyed := strings.NewReplacer("KEY", st.k)
	r := httptest.NewRequest(method, "http://scim.example"+keyed.Replace(path), strings.NewReader(keyed.Replace(body)))
	r.Header.Set("Content-Type", mediaType)
	w := httptest.NewRecorder()
	st.s.ServeHTTP(w, r)
	if w.Code != status || !regexp.MustCompile(keyed.Replace(want)).MatchString(w.Body.String()) {
		st.t.Errorf("%s %s: %d %s, want %d %s", method, path, w.Code, w.Body, status, want)
	}
	if found := keyPattern.FindStringSubmatch(w.Header().Get("Location") + w.Body.String()); found != nil && method == http.MethodPost {
		st.k = found[1]
	}
	if w.Body.Len() > 0 && w.Header().Get("Content-Type") != mediaType {
		st.t.Errorf("%s %s: the type is %s", method, path, w.Header().Get("Content-Type"))
	}
}

const ann = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"a","userName":"Ann","password":"s","emails":[{"type":"work","value":"a@x"}]}`

func TestALife(t *testing.T) {
	st := begin(t, Options{})
	st.call("POST", "/Users", ann, 201, `"id":"[0-9a-f-]{36}"`)
	st.call("GET", "/Users/KEY", "", 200, `"userName":"Ann"`)
	st.call("POST", "/Users", strings.ReplaceAll(ann, "Ann", "ANN"), 409, `"scimType":"uniqueness".*"status":"409"`)
	st.call("POST", "/Users", `{"userName":"x"}`, 400, `invalidSyntax`)
	st.call("POST", "/Users", strings.ReplaceAll(ann, "Ann", " "), 400, `invalidValue`)
	st.call("POST", "/Users", strings.ReplaceAll(ann, `"a"`, `null`), 400, `invalidValue`)
	st.call("POST", "/Users", `[`, 400, `invalidSyntax`)
	st.call("GET", "/Users?filter=userName%20eq%20%22ANN%22", "", 200, `"totalResults":1`)
	st.call("GET", "/Users?filter=externalId%20eq%20%22A%22", "", 200, `"totalResults":0`)
	st.call("GET", "/Users?filter=title%20co%20%22A%22", "", 400, `invalidFilter`)
	st.call("GET", "/Users", "", 200, `"totalResults":1`)
	st.call("PUT", "/Users/KEY", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"anna"}`, 200, `^{"id":"KEY","meta":.*"userName":"anna"}$`)
	st.call("PUT", "/Users/nobody", ann, 404, `"status":"404"`)
	st.call("DELETE", "/Users/KEY", "", 204, ``)
	st.call("DELETE", "/Users/KEY", "", 404, `"status":"404"`)
	st.call("GET", "/Users/KEY", "", 404, `"status":"404"`)
	st.call("GET", "/Groups", "", 404, `"status":"404"`)
	st.call("PUT", "/Users", ann, 404, `"status":"404"`)
	if m := st.s.Lookup("userName", "ann"); m.Created != 1 || m.Most != 1 {
		t.Errorf("ann: %+v", m)
	}
}

// RFC 7644 3.5.2, all of an operation's changes or none.
func TestPatch(t *testing.T) {
	st := begin(t, Options{})
	st.call("POST", "/Users", ann, 201, ``)
	for changes, want := range map[string]struct {
		status int
		body   string
	}{
		`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"b@x"}`:                                     {200, `"value":"b@x"`},
		`{"op":"add","path":"emails[type eq \"home\"].value","value":"c@x"}`:                                         {200, `"value":"c@x"`},
		`{"op":"replace","path":"emails[type eq \"other\"].value","value":"b@x"}`:                                    {400, `noTarget`},
		`{"op":"replace","path":"title","value":"Dr"},{"op":"move","path":"x"}`:                                      {400, `invalidSyntax`},
		`{"op":"add","path":"name.givenName","value":"Ann"}`:                                                         {200, `"name":{"givenName":"Ann"}`},
		`{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value","value":"m"}`: {200, `"manager":{"value":"m"}`},
		`{"op":"add","value":{"nickName":"A","active":true}}`:                                                        {200, `"active":true.*"nickName":"A"`},
		`{"op":"add","path":"phoneNumbers","value":[{"type":"work","value":"1"}]}`:                                   {200, `"phoneNumbers":\[{"type":"work","value":"1"}\]`},
		`{"op":"replace","path":"id","value":"x"}`:                                                                   {400, `mutability`},
		`{"op":"replace","path":"active","value":"yes"}`:                                                             {400, `invalidValue`},
		`{"op":"remove"}`: {400, `noTarget`},
		`{"op":"remove","path":"ims[type eq \"x\"]"}`: {200, ``},
		`{"op":"remove","path":"a[b"}`:                {400, `invalidPath`},
	} {
		st.call("PATCH", "/Users/KEY", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+changes+`]}`, want.status, want.body)
	}
	st.call("PATCH", "/Users/KEY", `{"Operations":[]}`, 400, `invalidSyntax`)
	st.call("PATCH", "/Users/KEY", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"emails[type eq \"home\"]"},{"op":"remove","path":"nickname"}]}`, 200, `"emails":\[{"type":"work","value":"b@x"}\]`)
	st.call("GET", "/Users/KEY", "", 200, `^[^D]*$`) // no Dr of the change that failed
}

func operations(list ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join(list, ",") + `]}`
}

const (
	post    = `{"method":"POST","path":"/Users","bulkId":"q","data":` + ann + `}`
	unnamed = `{"method":"POST","path":"/Users","data":` + ann + `}`
	gone    = `{"method":"DELETE","path":"/Users/nobody"}`
)

func TestBulk(t *testing.T) {
	st := begin(t, Options{MaxOperations: 3, MaxPayload: 1000})
	st.call("GET", "/ServiceProviderConfig", "", 200, `"bulk":{"maxOperations":3,"maxPayloadSize":1000,"supported":true}`)
	st.call("POST", "/Bulk", operations(post, unnamed, gone), 200, `^{"Operations":\[{"bulkId":"q","location":"http://scim.example/Users/[0-9a-f-]{36}","method":"POST","status":"201"},`+
		`{"method":"POST","response":{[^}]*bulkId[^}]*},"status":"400"},{"location":"http://scim.example/Users/nobody","method":"DELETE","response":{[^}]*},"status":"404"}\]`)
	st.call("POST", "/Bulk", operations(`{"method":"PATCH","path":"/Users/KEY","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"Dr"}]}}`), 200, `"status":"200"`)
	st.call("POST", "/Bulk", operations(gone, gone, gone, gone), 413, `"status":"413"`)
	st.call("POST", "/Bulk", operations(strings.ReplaceAll(gone, "nobody", strings.Repeat("n", 900))), 413, `"status":"413"`)
	st.call("POST", "/Bulk", `{"Operations":[`+gone+`]}`, 400, `invalidSyntax`)
	begin(t, Options{NoBulk: true}).call("POST", "/Bulk", operations(gone), 404, ``)
	begin(t, Options{NoConfig: true}).call("GET", "/ServiceProviderConfig", "", 404, ``)
	begin(t, Options{NoPatch: true}).call("PATCH", "/Users/x", `{}`, 501, ``)
	begin(t, Options{AnyOrder: true}).call("POST", "/Bulk", operations(post, gone), 200, `"status":"404".*"status":"201"`)
	begin(t, Options{}, "noid").call("POST", "/Bulk", operations(post, post), 200, `^[^q]*uniqueness`)
	begin(t, Options{}, "number", "both").call("POST", "/Bulk", operations(post), 200, `"status":201.*"status":"400"`)
	begin(t, Options{}, "nodata").call("POST", "/Bulk", operations(post, gone), 200, `^{"Operations":\[{"location":"http://scim.example/Users/nobody"`)
}

func TestUpload(t *testing.T) {
	st := begin(t, Options{})
	for range 2 {
		st.call("POST", "/bulkUpload", operations(post), 202, `^$`)
	}
	if m := st.s.Lookup("externalId", "a"); m.Created != 1 || len(m.Keys) != 1 {
		t.Errorf("a: %+v", m)
	}
}

// Some servers compare letter case to find a userName, but not to keep it unique.
func TestExactNames(t *testing.T) {
	st := begin(t, Options{ExactNames: true})
	st.call("POST", "/Users", ann, 201, ``)
	st.call("GET", "/Users?filter=userName%20eq%20%22ann%22", "", 200, `"totalResults":0`)
	st.call("GET", "/Users?filter=userName%20eq%20%22Ann%22", "", 200, `"totalResults":1`)
	st.call("POST", "/Users", strings.ReplaceAll(ann, "Ann", "ann"), 409, `uniqueness`)
}
