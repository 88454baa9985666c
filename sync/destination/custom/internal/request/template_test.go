package request

import (
	"testing"

	"usersync/sync/user"
)

// FuzzTemplates reads any template and fills it: if it can be read, its placeholders
// are balanced.
func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{"/u/{id}", "{{x}}", "{id:text}", "{", "}", "{}", "{a{b}}", "{id:nope}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseTemplate(text)
		if err != nil {
			return
		}
		if _, _, err := parsed.fill(&row{record: &user.Record{User: user.User{ID: "a"}}}); err != nil && len(parsed.refs()) == 0 {
			t.Fatal(err)
		}
	})
}
