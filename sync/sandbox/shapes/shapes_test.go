package shapes

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/sandbox"
)

// serve starts a mock server with these faults.
func serve(t *testing.T, name string, faults ...string) *httptest.Server {
	t.Helper()
	faulty, err := sandbox.Options{API: All()[name], Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	played := sandbox.New(faulty)
	s := httptest.NewServer(played)
	t.Cleanup(s.Close)
	return s
}

// ask makes one call and returns its status and body.
func ask(t *testing.T, s *httptest.Server, method, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(a.StatusCode, " ", strings.TrimSpace(string(text)))
}

// exchange is a call and what its answer must hold.
type exchange struct{ method, path, body, want string }

func TestShapes(t *testing.T) {
	const (
		create = "/crm/v3/objects/contacts/batch/create"
		many   = "/services/data/v61.0/composite/sobjects/Contact/User_Key__c"
		one    = "/services/data/v61.0/sobjects/Contact/User_Key__c/"
	)
	for name, calls := range map[string][]exchange{
		"hubspot": {
			{"POST", create, `{"inputs":[{"objectWriteTraceId":"1","properties":{"user_key":"a"}}]}`, `201 {"results":[{"archived":false,"id":"`},
			{"POST", create, `{"inputs":[{"objectWriteTraceId":"1","properties":{"user_key":"a"}},{"objectWriteTraceId":"2","properties":{"user_key":"b"}}]}`,
				`207 {"errors":[{"category":"CONFLICT","context":{"objectWriteTraceId":["1"]},"message":"Contact already exists","status":"error"}],"numErrors":1,"results":[{`},
			{"POST", create, `{"inputs":[{"properties":{"user_key":"a"}}]}`, `400 {"category":"CONFLICT"`},
			{"POST", create, `{"inputs":[]}`, `400 {"category":"VALIDATION_ERROR"`},
			{"POST", "/crm/v3/objects/contacts/batch/update", `{"inputs":[{"objectWriteTraceId":"1","id":"z","properties":{}}]}`, `OBJECT_NOT_FOUND`},
			{"GET", "/crm/v3/objects/contacts/a?idProperty=user_key", "", `200 {"archived":false`},
			{"GET", "/crm/v3/objects/contacts/z?idProperty=user_key", "", `404 {"category":"OBJECT_NOT_FOUND"`},
			{"GET", "/crm/v3/objects/contacts/a", "", `404 `},
		},
		"salesforce": {
			{"PATCH", many, `{"records":[{"attributes":{"type":"Contact"},"User_Key__c":"a","LastName":"A"},{"attributes":{"type":"Contact"},"User_Key__c":"b"}]}`,
				`200 [{"created":true,"errors":[],"id":"003a","success":true},{"errors":[{"fields":[],"message":"Required fields are missing: [LastName]","statusCode":"REQUIRED_FIELD_MISSING"}],"success":false}]`},
			{"PATCH", many, `{"records":[{"attributes":{"type":"Contact"},"User_Key__c":"a","LastName":"B"}]}`, `200 [{"created":false,`},
			{"PATCH", many, `{"records":`, `400 [{"errorCode":"JSON_PARSER_ERROR"`},
			{"GET", one + "a", "", `200 {"LastName":"B","User_Key__c":"a"}`},
			{"DELETE", one + "a", "", `204`},
			{"DELETE", one + "a", "", `404 [{"errorCode":"NOT_FOUND"`},
		},
		"graph": {
			{"POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"PATCH","url":"/users/a%40b","body":{"displayName":"A"}},{"id":"2","method":"DELETE","url":"/users/missing"}]}`,
				`200 {"responses":[{"body":{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist"}},"headers":{},"id":"2","status":404},{"headers":{},"id":"1","status":204}]}`},
			{"POST", "/v1.0/$batch", `{"requests":[{"id":"A","url":"/users/x"},{"id":"a","url":"/users/y"}]}`, `400 {"error":{"code":"BadRequest"`},
			{"GET", "/v1.0/users/a%40b", "", `200 {"displayName":"A","userPrincipalName":"a@b"}`},
			{"GET", "/v1.0/users/z", "", `404 `},
		},
		"iterable": {
			{"POST", "/api/users/bulkUpdate", `{"users":[{"email":"a@example.com","userId":"a","dataFields":{"plan":"x"}},{"email":"nobody","userId":"b"}]}`,
				`200 {"failCount":1,"failedUpdates":{"conflictUserIds":[],"forgottenEmails":[],"invalidEmails":["nobody"],"invalidUserIds":[],"notFoundEmails":[]},"successCount":1}`},
			{"POST", "/api/users/bulkUpdate", `{}`, `400 {"code":"BadParams"`},
		},
		"braze": {
			{"POST", "/users/track", `{"attributes":[{"external_id":"a"},{"email":"x"}]}`,
				`201 {"attributes_processed":1,"errors":[{"index":1,"input_array":"attributes","type":"'external_id' is not valid"}],"message":"success"}`},
			{"POST", "/users/track", `{"attributes":[` + strings.Repeat(`{"external_id":"a"},`, 75) + `{"external_id":"a"}]}`, `400 {"message":"Max Input Length Exceeded"}`},
		},
	} {
		s := serve(t, name)
		for _, c := range calls {
			if got := ask(t, s, c.method, c.path, c.body); !strings.HasPrefix(got, c.want) && (strings.Contains(c.want, " ") || !strings.Contains(got, c.want)) {
				t.Errorf("%s: %s %s %s\n got %s\nwant %s", name, c.method, c.path, c.body, got, c.want)
			}
		}
		if got := ask(t, s, "POST", "/elsewhere", "{}"); !strings.HasPrefix(got, "404 ") {
			t.Errorf("%s: another path: %s", name, got)
		}
	}
}

func TestItemsAreRefusedInTheShapesOwnWords(t *testing.T) {
	for _, test := range []struct{ name, fault, method, path, body, want string }{
		{"graph", "refuse=429", "POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"PATCH","url":"/users/a"}]}`, `"headers":{"Retry-After":"1"},"id":"1","status":429`},
		{"hubspot", "refuse=429", "POST", hubspotContacts + "batch/create", `{"inputs":[{"objectWriteTraceId":"1","properties":{"user_key":"a"}}]}`, `"category":"RATE_LIMITS"`},
		{"iterable", "refuse=409", "POST", "/api/users/bulkUpdate", `{"users":[{"email":"a@example.com","userId":"a"}]}`, `"conflictUserIds":["a"]`},
		{"braze", "noid", "POST", "/users/track", `{"attributes":[{"email":"x"},{"external_id":"b"}]}`, `"errors":[{"input_array":"attributes","type":"'external_id' is not valid"}]`},
		{"salesforce", "refuse=503", "PATCH", salesforceMany, `{"records":[{"attributes":{"type":"Contact"},"User_Key__c":"a","LastName":"A"}]}`, `"statusCode":"UNABLE_TO_LOCK_ROW"`},
	} {
		if got := ask(t, serve(t, test.name, test.fault), test.method, test.path, test.body); !strings.Contains(got, test.want) {
			t.Errorf("%s %s: %s", test.name, test.fault, got)
		}
	}
}

// Braze in maintenance queues users, and says no more than that.
func TestQueued(t *testing.T) {
	s := serve(t, "braze")
	var got string
	for n := range 103 {
		got = ask(t, s, "POST", "/users/track", fmt.Sprintf(`{"attributes":[{"external_id":"u-%d"}]}`, n))
	}
	if got != `202 {"message":"queued"}` {
		t.Error(got)
	}
}
