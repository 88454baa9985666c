package destination_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func person(pairs ...string) *user.Record {
	r := &user.Record{User: user.User{ID: "cust-4711"}}
	for i := 0; i < len(pairs); i += 2 {
		f := user.Field(pairs[i])
		switch {
		case f.IsSecret():
			r.User.Secrets = append(r.User.Secrets, user.SecretAttribute{Field: f, Value: user.NewSecret(pairs[i+1])})
		case strings.HasPrefix(pairs[i+1], "{"):
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.JSONValue(pairs[i+1])})
		default:
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.TextValue(pairs[i+1])})
		}
	}
	return r
}

func TestClean(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		record *user.Record
		want   string
	}{
		"nothing personal":             {"zipCode invalid", person(), "zipCode invalid"},
		"own value in another case":    {"user ANN LEE is bad", person("name", "Ann Lee"), "user [name] is bad"},
		"over white space":             {"user Ann\n  Lee is bad", person("name", "Ann \t Lee"), "user [name] is bad"},
		"the longer value first":       {"ann.lee and ann", person("first_name", "ann", "user_name", "ann.lee"), "[user_name] and [first_name]"},
		"values that overlap":          {"abcdef", person("first_name", "abcd", "last_name", "cdef"), "[first_name][last_name]"},
		"a value in a field's name":    {"email is name", person("last_name", "name", "first_name", "email"), "[first_name] is [last_name]"},
		"a value that does not show":   {"user Jo\u200bhn", person("name", "Jo\u200bhn"), "user [name]"},
		"short values stay":            {"Al is bad", person("name", "Al"), "Al is bad"},
		"true stays":                   {"must be true", person("active", "true"), "must be true"},
		"a secret":                     {"ssn 123456789 taken", person("ssn", "123456789"), "ssn [ssn] taken"},
		"an item of a list":            {"no program GOLD", person("enrolled_rewards", "GOLD|SILVER"), "no program [enrolled_rewards]"},
		"deep in a JSON value":         {"bad: rosebud, 1234", person("extra.pet", `{"a":[{"b":"rosebud"}],"c":1234}`), "bad: [extra.pet], [extra.pet]"},
		"somebody else's e-mail":       {"taken by bob+1@x.example!", person(), "taken by [email]"},
		"somebody else's phone":        {"+1 (415) 555-2671 is taken", person(), "[phone] is taken"},
		"an ssn":                       {"ssn 078-05-1120", person(), "ssn [ssn]"},
		"a token":                      {"bearer eyJhbGciOi.eyJzdWIiOiIx.sig", person(), "bearer [token]"},
		"a hash":                       {"hash " + strings.Repeat("a1", 32), person(), "hash [token]"},
		"ids stay":                     {"user cust-4711 exists", person(), "user cust-4711 exists"},
		"control characters":           {"a\x00b\x1b[31m\r\nc", person(), "a b [31m c"},
		"invalid UTF-8":                {"a\xffb", person(), "a b"},
		"cut at 200":                   {strings.Repeat("word ", 100), person(), strings.TrimSpace(strings.Repeat("word ", 40)[:199]) + "…"},
		"a long page":                  {strings.Repeat("<p> ", 2000) + "Ann Lee", person("name", "Ann Lee"), strings.TrimSpace(strings.Repeat("<p> ", 50)[:199]) + "…"},
		"a long word":                  {strings.Repeat("x.", 5000), person(), ""},
		"a value cut by the long page": {strings.Repeat("a ", 2045) + "secretword", person("name", "secretword", "title", strings.Repeat("a ", 2045)), "[title]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := destination.Clean(c.text, c.record); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

var markers = regexp.MustCompile(`\[(name|ssn|email|phone|token)\]`)

// FuzzClean: one line of at most 200 characters, without the record's values.
func FuzzClean(f *testing.F) {
	f.Add("user Ann Lee <ann@x.example> +1 415 555 2671", "Ann Lee", "123456789")
	f.Add("aNN\x00lee\u200b\u2028lee", "ann", "lee")
	f.Add(strings.Repeat("ab", 3000), "aba", "bab")
	f.Fuzz(func(t *testing.T, text, name, ssn string) {
		got := destination.Clean(text, person("name", name, "ssn", ssn))
		if utf8.RuneCountInString(got) > 200 || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\t\x00\u2028\u2029") {
			t.Errorf("not one short line: %q", got)
		}
		shown := asciiLower(strings.TrimSuffix(markers.ReplaceAllString(got, "\n"), "…"))
		for _, value := range []string{name, ssn} {
			lower := asciiLower(value)
			if len(strings.TrimSpace(value)) >= 3 && lower != "true" && lower != "false" && strings.Contains(shown, lower) {
				t.Errorf("%q shows %q", got, value)
			}
		}
	})
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
