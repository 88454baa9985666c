package codes_test

import (
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"usersync/writer/codes"
)

// emitted are the texts that may reach a field called Code of the program.
func emitted(t *testing.T, changed map[string][]byte) *trace {
	t.Helper()
	f := loadFlow(t, changed)
	reached := &trace{flow: f, seen: map[any]bool{}, texts: map[string]string{}, opaque: map[string]bool{}}
	for _, name := range emitters {
		at := strings.LastIndex(name, ".")
		reached.object(f.field(t, name[:at], name[at+1:], "Code"))
	}
	return reached
}

// emitters are the types whose codes people see: of records, of calls, and of rows that
// validate checks.
var emitters = []string{
	"usersync/sync/user.Outcome", "usersync/sync/user.InvalidError", "usersync/sync/user.RefusedError",
	"usersync/sync/destination.CallError", "usersync/sync/destination.Ending",
}

// field is a field of a struct.
func (f *flow) field(t *testing.T, pkg, name, field string) types.Object {
	t.Helper()
	for p := range f.info {
		if p.Path() != pkg {
			continue
		}
		o, _, _ := types.LookupFieldOrMethod(p.Scope().Lookup(name).Type(), true, p, field)
		if o != nil {
			return o
		}
	}
	t.Fatalf("%s.%s has no %s", pkg, name, field)
	return nil
}

// Every code that the program emits has an entry, and every entry has a code that it emits.
func TestEveryCodeIsExplained(t *testing.T) {
	reached := emitted(t, nil)
	if len(reached.texts) < 90 {
		t.Errorf("only %d codes were found in the source", len(reached.texts))
	}
	for code, in := range reached.texts {
		if _, known := codes.Lookup(strings.ToLower(code)); !known {
			t.Errorf("%s emits the code %q, which has no entry in writer/codes", in, code)
		}
	}
	for _, e := range codes.All() {
		if !reached.has(e.Code) {
			t.Errorf("no code of the program is %q any longer: remove its entry", e.Code)
		}
	}
	for in := range reached.opaque {
		if outside[in] == "" {
			t.Errorf("%s makes a code that cannot be followed: let it return constants, or say in outside where its texts come from", in)
		}
	}
}

// A new code is found on every way on which codes travel.
func TestNewCodesAreFound(t *testing.T) {
	changed := map[string][]byte{}
	for _, way := range []struct{ file, old, code string }{
		{"sync/destination/onbo/apply.go", `codeMessage = "message"`, `codeMessage = "new_constant"`},
		{"sync/destination/rest/learned.go", `again("media_type")`, `again("new_closure")`},
		{"sync/destination/onbo/reports.go", `{"empty_report",`, `{"new_literal",`},
		{"sync/destination/rest/fault.go", `return "dns", dns`, `return "new_result", dns`},
		{"sync/destination/custom/internal/answer/outcome.go", `user.Failed, "not_mentioned"`, `user.Failed, "new_tuple"`},
		{"sync/destination/custom/internal/answer/keys.go", `"ambiguous_key"`, `"new_field"`},
		{"sync/destination/scim/check.go", `resource.Bool: "bad_boolean"`, `resource.Bool: "new_map"`},
		{"sync/destination/kard/check.go", `NewInvalidError("bad_hash",`, `NewInvalidError("new_argument",`},
		{"sync/identity/check.go", `CodeNone    = "no_id"`, `CodeNone = "new_default"`},
	} {
		path, err := filepath.Abs(filepath.Join("..", "..", way.file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), way.old) {
			t.Fatalf("%s does not hold %s", way.file, way.old)
		}
		changed[path] = []byte(strings.Replace(string(text), way.old, way.code, 1))
	}
	reached := emitted(t, changed)
	for _, code := range []string{"new_constant", "new_closure", "new_literal", "new_result", "new_tuple", "new_field", "new_map", "new_argument", "new_default"} {
		if _, explained := codes.Lookup(code); reached.texts[code] == "" || explained {
			t.Errorf("%s is not found", code)
		}
	}
	if reached.has("message") || reached.has("media_type") {
		t.Error("a code that is no longer emitted is found")
	}
}

// has reports whether the code is emitted: itself, or in a family that is.
func (t *trace) has(code string) bool {
	for text := range t.texts {
		start, family := strings.CutSuffix(text, "*")
		if text == code || family && strings.HasPrefix(code, start) {
			return true
		}
	}
	return false
}

// Each code has one entry, with a text about everything.
func TestEntriesAreWhole(t *testing.T) {
	seen := codes.Names()
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(codes.All()) {
		t.Error("a code has two entries")
	}
	for _, e := range codes.All() {
		for _, text := range []string{e.Meaning, e.Do} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: not a sentence: %q", e.Code, text)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for code, want := range map[string]string{
		"same_user": "same_user", "http_429": "http_429", "http_418": "http_*", "token_dns": "token_*", "token_expired": "token_expired",
		"bad_email": "bad_email", "bad_postal_code": "bad_*", "http_": "", "nonsense": "", "": "",
	} {
		if e, _ := codes.Lookup(code); e.Code != want {
			t.Errorf("%q is explained by %q, want %q", code, e.Code, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"Set `a: b` ([custom.md](custom.md)).": "Set a: b (custom.md).",
		"nothing":                              "nothing",
		"two [a](b) and [c](d)":                "two a and c",
		"`[]` or [a](b), [x] and `](`":         "[] or a, [x] and ](",
	} {
		if got := codes.Plain(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestLabel(t *testing.T) {
	for code, want := range map[string]string{
		"ok": "ok", "timeout": "timeout", "http_503": "http_503", "http_418": "http_418", "token_dns": "other",
		"bad_jane": "other", "http_jane": "other", "http_5033": "other", "http_*": "http_*", "jane": "other", "": "other",
	} {
		if got := codes.Label(code); got != want {
			t.Errorf("%q is labeled %q, want %q", code, got, want)
		}
	}
}
