package mapping

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"rate", "retries", "batch-size", "base-url", "mode", "run", "init", "Straße"}
	for typed, want := range map[string]string{
		"rat": "rate", "raet": "rate", "Rate": "rate", "batch_size": "batch-size", "batchsize": "batch-size",
		"retires": "retries", "rnu": "run", "modes": "mode", "Strasse": "Straße", "organise": "", "x": "", "": "", "_": "",
	} {
		if got, ok := Nearest(typed, known); got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"é", "e", 1}} {
		a, b := []rune(test.a), []rune(test.b)
		if got, back := distance(a, b), distance(b, a); got != test.want || back != got {
			t.Errorf("%q to %q: %d, back %d, want %d", test.a, test.b, got, back, test.want)
		}
	}
}
