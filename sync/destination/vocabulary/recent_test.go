package vocabulary_test

import (
	"fmt"
	"strings"
	"testing"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// TestTextsComeAgain: what is shown of a text does not depend on what was cleaned before it.
func TestTextsComeAgain(t *testing.T) {
	used := vocabulary.New()
	records := [][]*user.Record{nil, {person()}, {person("name", "grant invalid")}, {person("name", "409")}, {person("extra.petName", "x")}, {person("extra.petName", "petname")}, {person(), person("city", "Ünit")}}
	texts := []string{
		"The Grant is INVALID.", "petName is bad", "see Frob-17: bad", "error 409: conflict", "at 12 Elm Drive 3 not found", "unit is bad", "user Ann Lee-Smith is bad",
		"user name", "bad request", "conflict", "call 555 now", "  user\tis\nbad  ,", "password ?!?!?! bad", "", "no", "a user", strings.Repeat("word ", 100),
	}
	want := map[string]string{}
	for round := range 2 {
		for _, text := range texts {
			for i, about := range records {
				for _, own := range []string{"", "frob-17"} {
					key := fmt.Sprint(text, i, own)
					if round == 0 {
						want[key] = vocabulary.New().Clean(text, own, about...)
					}
					if got := used.Clean(text, own, about...); got != want[key] {
						t.Errorf("%q: got %q, want %q", text, got, want[key])
					}
				}
			}
		}
	}
}
