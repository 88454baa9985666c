package destination

import "testing"

func TestSaysExists(t *testing.T) {
	for text, want := range map[string]bool{
		"User ALREADY exists": true, "this e-mail is already in use": true, "exists already": true, "Duplicate entry": true, "must be unique": true,
		"violates UNIQUE constraint": true, "E11000 in users": true, "uniqueness_violation": true,
		"": false, "the user exists": false, "is taken": false, "already late": false, "a unique value helps": false, "e1100": false,
	} {
		if got := SaysExists(text); got != want {
			t.Errorf("SaysExists(%q) = %t", text, got)
		}
	}
}

// FuzzSaysExists: no text is passed over that the expression matches.
func FuzzSaysExists(f *testing.F) {
	for _, text := range []string{"already been registered", "DUPLICATE", "isn't unique", "unique-key", "e11000", "used already"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if existing().MatchString(text) && !hasClue(text) {
			t.Errorf("%q matches without a clue", text)
		}
	})
}
