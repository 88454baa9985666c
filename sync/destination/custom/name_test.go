package custom

import (
	"testing"

	"usersync/sync/user"
)

// Records that one request would look up may be one user, unless the request holds the id or the
// API's key.
func TestName(t *testing.T) {
	one, same, other := someone("a", attribute(user.Email, "ann@example.com")), someone("b", attribute(user.Email, "ann@example.com")), someone("c", attribute(user.Email, "bob@example.com"))
	const start = `
keys: theirs
create: {path: /u, answer: {remote: /id}}
`
	for api, named := range map[string]bool{
		searchable:                            true,
		start + `read: {path: "/by/{email}"}`: true,
		start + `read: {path: /find, method: POST, body: {email: {email}}}`:           true,
		start + `read: {path: /u, query: {reference: "{id}"}, answer: {remote: /id}}`: false,
		start + `read: {path: "/u/{remote}"}`:                                         false,
		start:                                                                         false,
	} {
		c := client(t, api, "http://127.0.0.1:1")
		if (c.Name(one) != "") != named || (c.Name(one) == c.Name(other)) == named || c.Name(one) != c.Name(same) {
			t.Errorf("%s: %q, %q, %q", api, c.Name(one), c.Name(same), c.Name(other))
		}
	}
	if name := client(t, searchable, "http://127.0.0.1:1").Name(someone("a")); name != client(t, searchable, "http://127.0.0.1:1").Name(someone("b")) {
		t.Errorf("%q", name)
	}
}
