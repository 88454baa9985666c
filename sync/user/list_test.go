package user

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A list in JSON is what encoding/json says, however it is written.
func TestListIsThatOfJSON(t *testing.T) {
	for text, want := range map[string][]string{`["\u00e4"]`: {"ä"}, `["a,b", "c"]`: {"a,b", "c"}} {
		if got, err := (Value{Kind: JSON, Text: text}).List(); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: %q, %v", text, got, err)
		}
	}
	part := rapid.SampledFrom([]string{`"`, `""`, `"a"`, `"CARDLINKED"`, `"a b"`, `"ä"`, `"\u00e4"`, `"\"`, `"a,b"`, `"]"`, `"["`, `,`, ` `, "\t", "\n", "\u00a0", `]`, `[`, `1`, `null`, `{}`, "\x00", "\x7f", "\xff", `\`})
	rapid.Check(t, func(r *rapid.T) {
		text := "["
		for _, p := range rapid.SliceOfN(part, 0, 7).Draw(r, "parts") {
			text += p
		}
		text += rapid.SampledFrom([]string{"]", "] ", ""}).Draw(r, "end")
		want := []string{}
		failed := json.Unmarshal([]byte(text), &want)
		got, err := Value{Kind: JSON, Text: text}.List()
		if (err != nil) != (failed != nil) || err == nil && (got == nil || !slices.Equal(got, want)) || err != nil && !errors.Is(err, ErrNotList) {
			r.Fatalf("%q: %q, %v; want %q, %v", text, got, err, want, failed)
		}
	})
}

// A list of plain strings costs nothing but its slice.
func TestListAllocates(t *testing.T) {
	v := Value{Kind: JSON, Text: `["CARDLINKED"]`}
	if n := testing.AllocsPerRun(100, func() { _, _ = v.List() }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
