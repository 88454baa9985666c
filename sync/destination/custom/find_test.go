package custom

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

const readable = `
update: {path: "/u/{id}", body: {email: {email}, phone: {phone}, active: {active:bool}, groups: {groups:list}, n: {extra.n}}}
read: {path: "/u/{id}", answer: {at: /data, key: /id, fields: {email: /email, phone: /phone, active: /on, groups: /groups, extra.n: /n}}}
`

func TestFind(t *testing.T) {
	r := someone("a", attribute(user.Email, "Ann@Example.com"), attribute(user.Phone, "+1 415-555"), attribute(user.Active, "yes"), attribute(user.Groups, "b;a"), attribute("extra.n", "7"))
	for _, test := range []struct {
		status  int
		body    string
		want    destination.Presence
		differs []user.Field
	}{
		{200, `{"data":{"id":"a","email":"ann@example.com","phone":"+1415555","on":true,"groups":["a","b"],"n":7}}`, destination.Same, nil},
		{200, `{"data":{"id":"a"}}`, destination.Same, nil},
		{200, `{"data":{"id":"a","email":null}}`, destination.Same, nil},
		{200, `{"data":{"id":"a","email":"x@example.com","on":false,"groups":[]}}`, destination.Different, []user.Field{user.Email, user.Active, user.Groups}},
		{200, `{"data":{"id":"z"}}`, destination.Unknown, nil},
		{200, `{"data":{}}`, destination.Unknown, nil},
		{200, `{"data":[{"id":"a"}]}`, destination.Unknown, nil},
		{200, `{}`, destination.Unknown, nil},
		{404, `{}`, destination.Absent, nil},
	} {
		found, err := answering(t, readable, test.status, test.body).Find(t.Context(), r)
		if err != nil || found.Presence != test.want || !slices.Equal(found.Differs, test.differs) || found.Presence != destination.Unknown && found.HTTP != test.status {
			t.Errorf("%d %s: %+v %v", test.status, test.body, found, err)
		}
	}
	for status, fault := range map[int]destination.Fault{400: destination.RefusedWhole, 500: destination.PerhapsTaken, 503: destination.NotTaken, 403: destination.Denied} {
		_, err := answering(t, readable, status, `{}`).Find(t.Context(), r)
		if ce := expect.CallError(t, err); ce == nil || ce.Fault != fault {
			t.Errorf("%d: %v", status, err)
		}
	}
	for body, status := range map[string]int{"<html>": 404, "half": 200} {
		if _, err := answering(t, readable, status, body).Find(t.Context(), r); err == nil {
			t.Errorf("%s passes for an answer", body)
		}
	}
}

// Who returns may be inactive, unless the read shows that the user is active.
func TestFindPerhapsInactive(t *testing.T) {
	const lets = readable + `reactivate: {path: "/u/{id}/activate"}` + "\n"
	gone := someone("a", attribute(user.Email, "ann@example.com"))
	gone.NotHeld = true
	out := someone("a", attribute(user.Email, "ann@example.com"), attribute(user.Active, "no"))
	out.NotHeld = true
	for name, test := range map[string]struct {
		config string
		record *user.Record
		body   string
		want   bool
	}{
		"not shown":        {lets, gone, `{"data":{"id":"a"}}`, true},
		"shown inactive":   {lets, gone, `{"data":{"id":"a","on":false}}`, true},
		"shown active":     {lets, gone, `{"data":{"id":"a","on":true}}`, false},
		"held":             {lets, someone("a", attribute(user.Email, "ann@example.com")), `{"data":{"id":"a"}}`, false},
		"a row that locks": {lets, out, `{"data":{"id":"a"}}`, false},
		"never let in":     {readable, gone, `{"data":{"id":"a"}}`, false},
	} {
		found, err := answering(t, test.config, 200, test.body).Find(t.Context(), test.record)
		if err != nil || found.PerhapsInactive != test.want {
			t.Errorf("%s: %+v %v", name, found, err)
		}
	}
}

const searchable = `
keys: theirs
create: {path: /u, answer: {remote: /id}}
read: {path: /u, query: {email: "{email}"}, answer: {at: /users, list: true, key: /email, keyed_by: "{email}", ignore_case: true, remote: /id}}
`

func TestFindInAList(t *testing.T) {
	r := someone("a", attribute(user.Email, "ann@example.com"))
	for body, want := range map[string]destination.Presence{
		`{"users":[]}`: destination.Absent,
		`{"users":[{"id":"r-1","email":"ANN@example.com"}]}`:                                          destination.Same,
		`{"users":[{"id":"r-2","email":"joann@example.com"},{"id":"r-1","email":"ann@example.com"}]}`: destination.Same,
		`{"users":[{"id":"r-2","email":"joann@example.com"}]}`:                                        destination.Unknown,
		`{"users":[{"id":"r-1","email":"ann@example.com"},{"id":"r-3","email":"ann@example.com"}]}`:   destination.Unknown,
		`{"users":{"id":"r-1","email":"ann@example.com"}}`:                                            destination.Unknown,
		`{}`: destination.Unknown,
	} {
		found, err := answering(t, searchable, 200, body).Find(t.Context(), r)
		if err != nil || found.Presence != want || (found.Remote == "r-1") != (want == destination.Same) {
			t.Errorf("%s: %+v %v", body, found, err)
		}
	}
}

// If the address needs a key that is not known, no call is made.
func TestFindWithoutAKey(t *testing.T) {
	c := client(t, `
keys: theirs
create: {path: /u, answer: {remote: /id}}
read: {path: "/u/{remote}"}
`, "http://127.0.0.1:1")
	if found, err := c.Find(t.Context(), someone("a")); err != nil || found.Presence != destination.Unknown {
		t.Errorf("%+v %v", found, err)
	}
}
