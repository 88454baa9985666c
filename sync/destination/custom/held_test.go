package custom

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// TestMergeSendsBackWhatHasNoName: what the answer to a read shows in an object of the
// body goes back as it came, unless the row or the call says otherwise.
func TestMergeSendsBackWhatHasNoName(t *testing.T) {
	const (
		nested = "update: {path: \"/u/{id}\", method: PUT, merge: true, body: {data: {id: {id}, attributes: {email: {email}, phone: {phone}, address: {city: {city}, zip: {zip_code:text}}, password: {password}}}}}\n" +
			"read: {path: \"/u/{id}\", answer: {at: /data, key: /id, fields: {email: /attributes/email, phone: /attributes/phone, city: /attributes/address/city, zip_code: /attributes/address/zip}}}"
		flat    = "update: {path: \"/u/{id}\", method: PUT, merge: true, body: {email: {email}, phone: {phone}}}\nread: {path: \"/u/{id}\", answer: {fields: {email: /email, phone: /phone}}}"
		named   = "update: {path: \"/u/{id}\", method: PUT, merge: named, body: {email: {email}, phone: {phone}}}\nread: {path: \"/u/{id}\", answer: {fields: {email: /email, phone: /phone}}}"
		renamed = "update: {path: \"/u/{id}\", method: PUT, merge: true, body: {mail: {email}, phone: {phone}}}\nread: {path: \"/u/{id}\", answer: {fields: {email: /email, phone: /tel}}}"
	)
	for _, test := range []struct{ config, shown, want string }{
		{nested, `{"data":{"id":"a","attributes":{"email":"old@x.example","phone":null,"tier":"gold","big":12345678901234567890.10,"n":1e400,"gone":null,"tags":["a",{"b":[]}],"address":{"city":"Ulm","floor":3},"password":"***"},"meta":{"v":1}}}`,
			`{"data":{"id":"a","attributes":{"email":"new@x.example","address":{"city":"Ulm","floor":3},"phone":null,"tier":"gold","big":12345678901234567890.10,"n":1e400,"gone":null,"tags":["a",{"b":[]}]}}}`},
		{nested, `{"data":{"id":"a","attributes":{"email":"old@x.example","address":null}}}`,
			`{"data":{"id":"a","attributes":{"email":"new@x.example","address":null}}}`},
		{nested, `{"data":{"id":"a","attributes":{"email":"old@x.example","address":"one line"}}}`,
			`{"data":{"id":"a","attributes":{"email":"new@x.example","address":"one line"}}}`},
		{flat, `{"email":"old@x.example","plan":{"a":1},"phone":"7"}`, `{"email":"new@x.example","phone":"7","plan":{"a":1}}`},
		{named, `{"email":"old@x.example","plan":{"a":1},"phone":"7"}`, `{"email":"new@x.example","phone":"7"}`},
		{renamed, `{"email":"old@x.example","plan":{"a":1},"tel":"7"}`, `{"mail":"new@x.example","phone":"7"}`},
	} {
		var sent string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				body, _ := io.ReadAll(r.Body)
				sent = string(body)
			}
			io.WriteString(w, test.shown)
		}))
		t.Cleanup(server.Close)
		c := client(t, test.config, server.URL)
		r := someone("a", attribute(user.Email, "new@x.example"))
		r.Op = user.Update
		if _, err := (stack.ReadModifyWrite{API: c}).Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}}); err != nil {
			t.Fatal(err)
		}
		if sent != test.want {
			t.Errorf("sent %s, want %s", sent, test.want)
		}
	}
}

// TestMergeReadsFullRows: a row with every field says nothing of what has no name.
func TestMergeReadsFullRows(t *testing.T) {
	for _, merge := range []string{"true", "named"} {
		c := client(t, "update: {path: \"/u/{id}\", merge: "+merge+", body: {email: {email}}}\nread: {path: \"/u/{id}\", answer: {fields: {email: /email}}}", "https://api.example.com")
		want := destination.OpTraits{Max: 1, Merge: true, Open: merge == "true"}
		if got := c.Traits().Ops[user.Update]; got != want {
			t.Errorf("merge: %s: %+v", merge, got)
		}
	}
}
