package kard

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
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, api http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	c, err := New(Config{Organization: "org/1", REST: rest.Config{BaseURL: server.URL, Proxy: "none", Auth: rest.Auth{Token: user.NewSecret("t")}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// answering returns a client of an API that always gives the same answer.
func answering(t *testing.T, status int, body string) *Client {
	return serve(t, stage.Answering(status, body, "X-Request-Id", "req-7"))
}

func batch(op user.Op, ids ...string) user.Batch {
	b := user.Batch{Op: op}
	for i, id := range ids {
		r := person(id)
		r.Origin.Record = i + 1
		b.Records = append(b.Records, r)
	}
	return b
}

func TestNew(t *testing.T) {
	for want, config := range map[string]Config{
		"organization is missing": {REST: rest.Config{BaseURL: "https://x.example"}},
		"organization is not":     {Organization: "..", REST: rest.Config{BaseURL: "https://x.example"}},
		"merge or as_is":          {Organization: "o", Put: "replace", REST: rest.Config{BaseURL: "https://x.example"}},
		"base_url is missing":     {Organization: "o"},
	} {
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
	}
	for put, merge := range map[Put]bool{"": true, Merge: true, AsIs: false} {
		c, err := New(Config{Organization: "o", Put: put, REST: rest.Config{BaseURL: "https://x.example"}})
		if err != nil {
			t.Fatal(err)
		}
		want := map[user.Op]destination.OpTraits{
			user.Create: {Max: 100, Replay: destination.Detectable},
			user.Update: {Max: 1, Replay: destination.Safe, Merge: merge, Open: merge},
			user.Delete: {Max: 1, Replay: destination.Safe},
		}
		if diff := cmp.Diff(want, c.Traits().Ops); diff != "" || c.Traits().PerMinute != 1000 || c.Traits().OwnKeys {
			t.Errorf("put %q: %s", put, diff)
		}
	}
}

func TestTokenURLIsBelowTheBase(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.RequestURI)
		io.WriteString(w, `{"access_token":"t","expires_in":3600}`)
	}))
	defer server.Close()
	auth := rest.Auth{ClientID: user.NewSecret("i"), ClientSecret: user.NewSecret("s")}
	c, err := New(Config{Organization: "o", REST: rest.Config{BaseURL: server.URL + "/", Proxy: "none", Auth: auth}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdle()
	if found, err := c.Find(t.Context(), person("1")); err != nil || found.Presence != destination.Unknown {
		t.Error("a token was taken for a user")
	}
	if diff := cmp.Diff([]string{"POST /v2/auth/token", "GET /v2/issuers/o/users/1"}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestRequests(t *testing.T) {
	full := &user.Record{User: user.User{ID: `a/b "ü"`, Attributes: []user.Attribute{
		{Field: user.Email, Value: user.TextValue("zoë\\@mail.example")},
		{Field: user.HashedEmail, Value: user.TextValue("b4")},
		{Field: user.Phone, Value: user.TextValue("+14155552671")},
		{Field: user.BirthYear, Value: user.JSONValue("1990")},
		{Field: user.ZipCode, Value: user.JSONValue("01238")},
		{Field: user.EnrolledRewards, Value: user.JSONValue(` ["CARDLINKED"]`)},
		{Field: user.HistoricalTransactionsSent, Value: user.TextValue("Yes")},
	}}}
	bare := &user.Record{User: user.User{ID: "2", Attributes: []user.Attribute{
		{Field: user.Email, Value: user.Value{Kind: user.Clear}}, // none of these may be sent
		{Field: user.ZipCode, Value: user.JSONValue("null")},
		{Field: user.HistoricalTransactionsSent, Value: user.TextValue("perhaps")},
		{Field: user.FirstName, Value: user.TextValue("Frieda")},
		{Field: user.EnrolledRewards, Value: user.TextValue("[]")},
	}}}
	blank := &user.Record{User: user.User{ID: "3", Attributes: []user.Attribute{{Field: user.EnrolledRewards, Value: user.TextValue("")}}}}
	const fullJSON = `{"type":"user","id":"a/b \"ü\"","attributes":{"email":"zoë\\@mail.example","hashedEmail":"b4","phoneNumber":"+14155552671","birthYear":"1990","zipCode":"01238","enrolledRewards":["CARDLINKED"],"historicalTransactionsSent":true}}`
	const path = "/v2/issuers/org%2F1/users"
	for _, test := range []struct {
		batch user.Batch
		want  string
	}{
		{user.Batch{Op: user.Create, Records: []*user.Record{full, bare, blank}},
			"POST " + path + ` {"data":[` + fullJSON + `,{"type":"user","id":"2","attributes":{"enrolledRewards":[]}},{"type":"user","id":"3","attributes":{}}]}`},
		{user.Batch{Op: user.Update, Records: []*user.Record{full}}, "PUT " + path + "/a%2Fb%20%22%C3%BC%22" + ` {"data":` + fullJSON + `}`},
		{user.Batch{Op: user.Delete, Records: []*user.Record{full}}, "DELETE " + path + "/a%2Fb%20%22%C3%BC%22 "},
	} {
		var got string
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = r.Method + " " + r.RequestURI + " " + string(body)
			w.WriteHeader(204)
		})
		if _, err := c.Apply(t.Context(), test.batch); err != nil {
			t.Fatal(err)
		}
		if got != test.want {
			t.Errorf("sent\n%s\nwant\n%s", got, test.want)
		}
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	c := answering(t, 500, "")
	if o, err := c.Apply(t.Context(), user.Batch{Op: user.Create}); len(o) != 0 || err != nil {
		t.Errorf("nobody: %v %v", o, err)
	}
	for _, b := range []user.Batch{batch(user.Update, "1", "2"), batch(user.Upsert, "1"), {Op: user.Create, Records: people(101)}} {
		if ce := expect.CallError(t, second(c.Apply(t.Context(), b))); ce == nil || ce.Fault != destination.RefusedWhole || ce.Status != 0 {
			t.Errorf("%s of %d: %v", b.Op, len(b.Records), ce)
		}
	}
}

func second[T any](_ T, err error) error { return err }
