package custom

import (
	"errors"
	"testing"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/answer"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// FuzzAnswers reads any answer in every way: it never panics, returns each user's
// outcome in its position, shows no value, and counts no user as done in an answer
// that is not a success.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{`{"errors":[{"id":"b","status":"409"}],"data":[{"id":"a"}]}`, `{"errors":[{"id":"b","status":"400","title":"b@example.com","detail":"is b@example.com","message":"b@example.com"}]}`, `[{"success":true},{"success":false}]`, `{"responses":[{"id":"B","status":201}]}`,
		`{"ok":1,"failed":{"badEmails":["b@example.com"]}}`, `{"errors":[{"source":{"pointer":"/data/1/x"}}]}`, `{"message":"success","errors":[{"index":1}]}`, `null`, `{"a":{"a":[[`} {
		f.Add(201, []byte(seed))
		f.Add(400, []byte(seed))
	}
	var clients []*Client
	for _, section := range []string{byErrors, byPosition, byKey, byBuckets, byPointer, byIndex, asWhole, "keys: theirs\ncreate: {path: /u, answer: {remote: /id, key: /id}}"} {
		clients = append(clients, client(f, section, "http://127.0.0.1:1"))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 499 || status/100 == 3 {
			return
		}
		for _, c := range clients {
			n := c.config.create
			b := people(user.Create, []string{"a", "b"}[:min(n.Batch, 2)]...)
			outcomes, err := n.answer.Settle(&c.answers, answer.Call{Op: user.Create, Records: b.Records, Upsert: n.upsert, Replay: n.replay}, &rest.Answer{Status: status, Body: body})
			if (err == nil) != (len(outcomes) == len(b.Records)) {
				t.Fatalf("%d outcomes, %v", len(outcomes), err)
			}
			if ce := expect.CallError(t, err); ce != nil {
				expect.Hidden(t, ce.Error(), b.Records...)
			}
			for i, o := range outcomes {
				if o.Record != b.Records[i] || o.Status == user.Unsettled {
					t.Fatalf("outcome %d is %+v", i, o)
				}
				expect.Hidden(t, o.Code+" "+o.Detail, o.Record)
				if status/100 != 2 && destination.Severity(o.Status) < 0 {
					t.Fatalf("%d is %s", status, o.Status)
				}
			}
		}
	})
}

// FuzzSections reads any section: it never panics, and every error names a line.
func FuzzSections(f *testing.F) {
	for _, seed := range []string{byErrors, byPosition, byBuckets, checked, readable, searchable, "auth: {hmac: {key: env:K, text: \"{body:md5}\", headers: {X: \"{signature}\"}}}\ncreate: {path: /u}",
		"create: &a {path: /u, body: *a}", "upsert: {path: /u, body: {x: {others}}}", "limits: {limit: X}\nclear: null\nkeys: theirs\ndelete: {path: \"/u/{remote}\"}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var node yaml.Node
		if yaml.Unmarshal([]byte(text), &node) != nil || len(node.Content) == 0 {
			return
		}
		config, err := Decode(node.Content[0], secrets)
		Sum(node.Content[0])
		Variables(node.Content[0])
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Line < 1 {
				t.Fatalf("%v", err)
			}
			return
		}
		config.Name, config.BaseURL = "acme", "https://api.example.com"
		c, err := New(config)
		if err != nil {
			return
		}
		r := someone("a", attribute(user.Email, "a@example.com"))
		for _, op := range []user.Op{user.Upsert, user.Create, user.Update, user.Delete} {
			r.Op = op
			if c.Check(r) == nil {
				c.Preview(r)
			}
		}
	})
}
