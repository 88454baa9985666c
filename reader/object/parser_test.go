package object

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

func newParser(t interface{ Fatal(...any) }) *Parser {
	names := map[string]user.Field{"id": user.ID, "email": user.Email, "name": user.Name, "address.city": user.City, "city": user.City}
	m, err := mapping.New(mapping.Options{Header: []string{"id", "email", "old"}, Names: names, Typed: true, Config: mapping.Config{Ignore: []string{"old", "extra"}}})
	if err != nil {
		t.Fatal(err)
	}
	return NewParser(m, names, func(string) *user.Value { return nil })
}

// anyMember is a member of an object: keys that are read, in one spelling or another, new ones, keys
// that are not read, usersync's own and objects.
var anyMember = rapid.Custom(func(t *rapid.T) string {
	key := rapid.SampledFrom([]string{"id", `i\u0064`, "email", "name", "old", `ol\u0064`, "address.city", "address", "extra", "unknown", "_usersync_code", ""}).Draw(t, "key")
	value := rapid.SampledFrom([]string{`"a"`, `"b\n"`, `""`, "1.0", "null", "true", `["x", 1]`, `[{"a":1}]`, `[{"a":1,"a":2}]`, `{"city":"x"}`, `{"city":"x","city":"y"}`,
		`{"c":1}`, "{}", `"\u0000"`, `"\ud800"`, "01", `"x`}).Draw(t, "value")
	return fmt.Sprintf(`%s"%s":%s`, rapid.SampledFrom([]string{"", " "}).Draw(t, "blank"), key, value)
})

// What the records before have taught a parser changes nothing, and no key appears twice.
func TestRecordsBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newParser(t)
		for range rapid.IntRange(1, 6).Draw(t, "records") {
			raw := "{" + strings.Join(rapid.SliceOfN(anyMember, 0, 5).Draw(t, "members"), ",") + "}"
			strict := NewParser(p.mapper, p.names, p.rejectKey)
			strict.strict = true
			got, want := p.Parse(raw), strict.Parse(raw)
			switch {
			case (got == nil) != (want == nil), got != nil && (got.Code != want.Code || got.Column != want.Column):
				t.Fatalf("%s: %+v, want %+v", raw, got, want)
			case got != nil:
			case !slices.Equal(p.Cells, strict.Cells):
				t.Fatalf("%s: %v, want %v", raw, p.Cells, strict.Cells)
			case !jsontext.Value(raw).IsValid():
				t.Fatalf("%s was taken", raw)
			}
		}
	})
}
