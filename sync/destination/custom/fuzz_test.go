package custom

import (
	"errors"
	"testing"

	"go.yaml.in/yaml/v3"

	"usersync/sync/user"
)

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
