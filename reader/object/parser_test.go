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
	return newParserFor(t, mapping.Accepts{}, "old", "extra")
}

func newParserFor(t interface{ Fatal(...any) }, accepts mapping.Accepts, ignore ...string) *Parser {
	names := map[string]user.Field{"id": user.ID, "email": user.Email, "name": user.Name, "address.city": user.City, "city": user.City}
	m, err := mapping.New(mapping.Options{Header: []string{"id", "email", "old"}, Names: names, Accepts: accepts, Typed: true, Config: mapping.Config{Ignore: ignore}})
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

// sameKeys is a record whose keys have values of other kinds in other records, and other spellings,
// or are absent there. Now and then a key is there twice.
var sameKeys = rapid.Custom(func(t *rapid.T) string {
	record := `"id":"1"`
	member := func(spellings []string, values ...string) {
		if value := rapid.SampledFrom(values).Draw(t, "value"); value != "" {
			record += fmt.Sprintf(`,"%s":%s`, rapid.SampledFrom(spellings).Draw(t, "key"), value)
		}
	}
	extra, attributes, old := []string{"extra"}, []string{"attributes"}, []string{"old"}
	if rapid.Bool().Draw(t, "spellings") {
		extra, attributes, old = append(extra, `\u0065xtra`), append(attributes, `a\u0074tributes`), append(old, `ol\u0064`)
	}
	for _, spellings := range [][]string{extra, attributes, old} {
		member(spellings, `{"city":"x"}`, "null", `{"c":{"d":1}}`, `"a"`, "{}", "")
	}
	member(slices.Concat(old, extra, attributes), "", "", "1", `[{"a":1,"a":1}]`)
	return record
})

// What the records before have taught a parser changes nothing, and no key appears twice.
func TestRecordsBefore(t *testing.T) {
	anyKeys := rapid.Map(rapid.SliceOfN(anyMember, 0, 5), func(members []string) string { return strings.Join(members, ",") })
	rapid.Check(t, func(t *rapid.T) {
		accepts := mapping.Accepts{Any: rapid.Bool().Draw(t, "any")}
		ignore := rapid.SampledFrom([][]string{{"old"}, {"old", "extra"}, {"old", "attributes"}}).Draw(t, "ignore")
		p, strict := newParserFor(t, accepts, ignore...), newParserFor(t, accepts, ignore...)
		for range rapid.IntRange(48, 96).Draw(t, "records") {
			raw := "{" + rapid.OneOf(sameKeys, sameKeys, anyKeys).Draw(t, "members") + "}"
			strict = NewParser(strict.mapper, p.names, p.rejectKey)
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
