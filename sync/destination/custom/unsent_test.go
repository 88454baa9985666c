package custom

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// The table of calls holds the calls that were made: not those that could not be made, were
// not needed, or had no token.
func TestCallsThatAreNotMadeDoNotCount(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	update := `keys: theirs
update: {path: "/users/{remote}", batch: 1, body: {id: "{id}"}}`
	create := `create: {path: /users, batch: 2, max_bytes: 1, item: {id: "{id}"}, answer: {absent: succeeded}}`
	for name, test := range map[string]struct {
		section string
		batch   user.Batch
		auth    rest.Auth
	}{
		"no key":   {section: update, batch: people(user.Update, "a")},
		"too many": {section: create, batch: people(user.Create, "a", "b", "c")},
		"too long": {section: create, batch: people(user.Create, "a", "b")},
		"no token": {strings.Replace(create, "max_bytes: 1, ", "", 1), people(user.Create, "a"), rest.Auth{ClientID: secretOf("i"), ClientSecret: secretOf("s"), TokenURL: server.URL + "/token"}},
	} {
		config, err := decode(t, test.section)
		if err != nil {
			t.Fatal(err)
		}
		config.BaseURL, config.REST.Proxy, config.REST.Auth = server.URL, "none", test.auth
		c, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		calls := new(destination.Calls)
		inner := limited.Limited{Destination: c, Pacer: new(wired.OpenGate), Wire: t.Context(), Calls: calls}
		outcomes, err := inner.Apply(t.Context(), test.batch)
		if calls.Counts().Total() != 0 {
			t.Errorf("%s: %v, %v: counted %v", name, outcomes, err, calls.Counts())
		}
		c.CloseIdle()
	}
}
