package main

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"rate", "retries", "batch-size", "base-url", "mode", "run", "init"}
	for typed, want := range map[string]string{
		"rat":        "rate",
		"raet":       "rate",
		"Rate":       "rate",
		"batch_size": "batch-size",
		"batchsize":  "batch-size",
		"retires":    "retries",
		"rnu":        "run",
		"modes":      "mode",
		"organise":   "",
		"x":          "",
		"":           "",
	} {
		if got, _ := nearest(typed, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("%q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
		if got := editDistance(test.b, test.a); got != test.want {
			t.Errorf("%q to %q: %d, want %d", test.b, test.a, got, test.want)
		}
	}
}
