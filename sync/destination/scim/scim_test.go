package scim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var everything = Features{Bulk: true, MaxOperations: 100, Patch: true}

// call is one request as received.
type call struct{ method, uri, body, media, accept string }

// server plays a fixed list of answers, repeating the last one, and records the calls.
type server struct {
	t       *testing.T
	answers []answer
	calls   []call
}

type answer struct {
	status int
	body   string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	s.calls = append(s.calls, call{r.Method, r.RequestURI, string(body), r.Header.Get("Content-Type"), r.Header.Get("Accept")})
	a := s.answers[min(len(s.calls), len(s.answers))-1]
	w.Header().Set("X-Request-Id", "req-7")
	w.Header().Set("Content-Type", media)
	w.WriteHeader(a.status)
	if a.status != 204 {
		io.WriteString(w, a.body)
	}
}

func serve(t *testing.T, config Config, answers ...answer) (*Client, *server) {
	t.Helper()
	s := &server{t: t, answers: answers}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	config.REST.BaseURL, config.REST.Proxy, config.REST.Auth = listening.URL+"/v2", "none", rest.Auth{Token: user.NewSecret("token-of-the-test")}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c, s
}

// person is a record with attributes given as field, value, field, value.
func person(id string, attributes ...string) *user.Record {
	r := &user.Record{Op: user.Upsert, User: user.User{ID: id}}
	for i := 0; i < len(attributes); i += 2 {
		v := user.TextValue(attributes[i+1])
		if attributes[i+1] == "(clear)" {
			v = user.Value{Kind: user.Clear}
		}
		r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: user.Field(attributes[i]), Value: v})
	}
	return r
}

func (s *server) asked() []string {
	var list []string
	for _, c := range s.calls {
		list = append(list, strings.TrimSpace(c.method+" "+c.uri+" "+c.body))
	}
	return list
}

func with(remote string, r *user.Record) *user.Record {
	r.Remote = remote
	return r
}

func TestTraits(t *testing.T) {
	single := destination.OpTraits{Max: 1, Replay: destination.Safe}
	many := destination.OpTraits{Max: 100, Replay: destination.Safe}
	for name, test := range map[string]struct {
		config Config
		want   map[user.Op]destination.OpTraits
	}{
		"nothing is known": {Config{}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 1, Replay: destination.Detectable}, user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Open: true}, user.Delete: single}},
		"everything": {Config{Features: everything}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 100, Replay: destination.Detectable}, user.Update: many, user.Delete: many}},
		"put, and nobody is deleted": {Config{Features: everything, Update: ByPut, Deactivate: true}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 100, Replay: destination.Detectable}, user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Open: true},
			user.Delete: {Max: 1, Replay: destination.Safe, Merge: true, Open: true, As: user.Update, Keeps: true}}},
		"put as it is": {Config{Features: everything, Update: ByPut, Put: AsIs}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 100, Replay: destination.Detectable}, user.Update: many, user.Delete: many}},
		"a server that takes a million": {Config{Features: Features{Bulk: true, MaxOperations: 1e6, Patch: true}}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 1000, Replay: destination.Detectable}, user.Update: {Max: 1000, Replay: destination.Safe}, user.Delete: {Max: 1000, Replay: destination.Safe}}},
		"upload": {Config{Upload: true}, map[user.Op]destination.OpTraits{
			user.Create: {Max: 50, Replay: destination.Safe}, user.Update: {Max: 50, Replay: destination.Safe}}},
	} {
		c, _ := serve(t, test.config, answer{200, "{}"})
		got := c.Traits()
		if diff := cmp.Diff(test.want, got.Ops); diff != "" || !got.AnyField || got.OwnKeys == test.config.Upload || got.Blind != test.config.Upload {
			t.Errorf("%s: %s %+v", name, diff, got)
		}
	}
	for want, config := range map[string]Config{"scim.update": {Update: "post"}, "scim.put": {Put: "all"}, "scim.match": {Match: "email"}, "base_url": {}} {
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

// What goes out, byte for byte.
func TestRequests(t *testing.T) {
	ines := func() *user.Record {
		r := person(`e"1`, "user_name", "inés", "first_name", "Ines", "last_name", "Brandt", "email", "ines@example.com",
			"emails[work].primary", "yes", "phoneNumbers[mobile].value", "+14155550101", "address_line_1", "Main St 1", "address_line_2", "Floor 2", "city", "Lyon",
			"department", "Sales", "manager", "m-7", "urn:example:params:scim:schemas:extension:badge:1.0:User:colour", "red", "extra.nickName", "In", "active", "no")
		r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: "roles", Value: user.JSONValue(`[{"value":"admin"}]`)})
		r.User.Secrets = []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("s3cret!")}}
		return r
	}
	const attributes = `"userName":"inés","name":{"givenName":"Ines","familyName":"Brandt"},"emails":[{"type":"work","value":"ines@example.com","primary":true}],` +
		`"phoneNumbers":[{"type":"mobile","value":"+14155550101"}],"addresses":[{"type":"work","streetAddress":"Main St 1\nFloor 2","locality":"Lyon"}],` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"m-7"}},` +
		`"urn:example:params:scim:schemas:extension:badge:1.0:User":{"colour":"red"},"nickName":"In","active":false,"roles":[{"value":"admin"}]`
	const schemas = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",` +
		`"urn:example:params:scim:schemas:extension:badge:1.0:User"],"externalId":"e\"1",`
	const patchHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
	bob := func() *user.Record { return with("k/2", person("b", "user_name", "bob")) }
	for name, test := range map[string]struct {
		config  Config
		op      user.Op
		records []*user.Record
		want    string
	}{
		"a create": {Config{Features: everything}, user.Create, []*user.Record{ines()}, "POST /v2/Users " + schemas + attributes + `,"password":"s3cret!"}`},
		"an update": {Config{Features: everything}, user.Update, []*user.Record{with("k1", ines())}, "PATCH /v2/Users/k1 " + patchHead +
			`{"op":"replace","path":"userName","value":"inés"},{"op":"replace","path":"name.givenName","value":"Ines"},{"op":"replace","path":"name.familyName","value":"Brandt"},` +
			`{"op":"add","path":"emails[type eq \"work\"].value","value":"ines@example.com"},{"op":"add","path":"emails[type eq \"work\"].primary","value":true},` +
			`{"op":"add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+14155550101"},{"op":"add","path":"addresses[type eq \"work\"].streetAddress","value":"Main St 1\nFloor 2"},` +
			`{"op":"add","path":"addresses[type eq \"work\"].locality","value":"Lyon"},` +
			`{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"},` +
			`{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value","value":"m-7"},` +
			`{"op":"replace","path":"urn:example:params:scim:schemas:extension:badge:1.0:User:colour","value":"red"},{"op":"replace","path":"nickName","value":"In"},` +
			`{"op":"replace","path":"active","value":false},{"op":"replace","path":"roles","value":[{"value":"admin"}]}]}`},
		"what is cleared": {Config{Features: everything}, user.Update, []*user.Record{with("k1", person("b", "nick_name", "(clear)", "email", "(clear)", "emails[work].display", "(clear)", "address_line_1", "(clear)"))},
			"PATCH /v2/Users/k1 " + patchHead + `{"op":"remove","path":"nickName"},{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"remove","path":"emails[type eq \"work\"].display"},{"op":"remove","path":"addresses[type eq \"work\"].streetAddress"}]}`},
		"a password each time": {Config{Features: everything, Passwords: true}, user.Update, []*user.Record{with("k1", &user.Record{User: user.User{ID: "b", Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("s3cret!")}}}})},
			"PATCH /v2/Users/k1 " + patchHead + `{"op":"replace","path":"password","value":"s3cret!"}]}`},
		"put as it is": {Config{Put: AsIs}, user.Update, []*user.Record{bob()}, `PUT /v2/Users/k%2F2 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"b","userName":"bob"}`},
		"a delete":     {Config{}, user.Delete, []*user.Record{bob()}, `DELETE /v2/Users/k%2F2`},
		"a deactivation": {Config{Features: everything, Deactivate: true}, user.Delete, []*user.Record{bob()},
			`PATCH /v2/Users/k%2F2 ` + patchHead + `{"op":"replace","path":"active","value":false}]}`},
		"an update where deletes deactivate": {Config{Features: everything, Deactivate: true}, user.Update, []*user.Record{bob()},
			`PATCH /v2/Users/k%2F2 ` + patchHead + `{"op":"replace","path":"userName","value":"bob"},{"op":"replace","path":"active","value":true}]}`},
		"many creates": {Config{Features: everything}, user.Create, []*user.Record{person("a", "user_name", "ann"), bob()},
			`POST /v2/Bulk {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` +
				`{"method":"POST","path":"/Users","bulkId":"1","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"a","userName":"ann"}},` +
				`{"method":"POST","path":"/Users","bulkId":"2","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"b","userName":"bob"}}]}`},
		"many updates": {Config{Features: everything}, user.Update, []*user.Record{bob(), with("k3", person("c", "title", "Dr"))},
			`POST /v2/Bulk {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` +
				`{"method":"PATCH","path":"/Users/k%2F2","data":` + patchHead + `{"op":"replace","path":"userName","value":"bob"}]}},` +
				`{"method":"PATCH","path":"/Users/k3","data":` + patchHead + `{"op":"replace","path":"title","value":"Dr"}]}}]}`},
		"many deletes": {Config{Features: everything}, user.Delete, []*user.Record{bob(), with("k3", person("c"))},
			`POST /v2/Bulk {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/k%2F2"},{"method":"DELETE","path":"/Users/k3"}]}`},
		"an upload": {Config{Upload: true, Deactivate: true}, user.Delete, []*user.Record{person("c", "user_name", "cy")},
			`POST /v2/bulkUpload {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` +
				`{"method":"POST","path":"/Users","bulkId":"1","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"c","userName":"cy","active":false}}]}`},
	} {
		c, s := serve(t, test.config, answer{204, ""})
		if _, err := c.Apply(t.Context(), user.Batch{Op: test.op, Records: test.records}); err != nil && name != "a create" {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{test.want}, s.asked()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got := s.calls[0]; got.accept != "application/scim+json, application/json" || got.body != "" && got.media != "application/scim+json" {
			t.Errorf("%s: sends %q and accepts %q", name, got.media, got.accept)
		}
	}
}

func TestApplyRefusesOversizedBatch(t *testing.T) {
	c, s := serve(t, Config{}, answer{500, ""})
	if o, err := c.Apply(t.Context(), user.Batch{Op: user.Create}); len(o) != 0 || err != nil {
		t.Errorf("nobody: %v %v", o, err)
	}
	_, err := c.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{person("1"), person("2")}})
	if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.RefusedWhole || len(s.calls) > 0 {
		t.Errorf("two: %v after %d calls", ce, len(s.calls))
	}
}
