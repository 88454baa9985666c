package main

import "testing"

// By itself a mirror deletes 10 users or 2% of its feed, whichever is more, and
// never more than 20%.
func TestMaxDelete(t *testing.T) {
	for _, c := range []struct {
		text string
		feed int
		want int
	}{
		{"auto", 4, 0}, {"auto", 5, 1}, {"auto", 49, 9}, {"auto", 50, 10}, {"auto", 500, 10}, {"auto", 549, 10}, {"auto", 550, 11}, {"auto", 1_000_000, 20_000},
		{"25", 30, 25}, {"25", 10_000, 25}, {"0.5%", 1000, 5}, {"0.5%", 199, 0}, {"100%", 30, 30},
	} {
		l, err := parseLimit(c.text)
		if got := l.of(c.feed); err != nil || got != c.want {
			t.Errorf("--max-delete %s of %d: %d, want %d (%v)", c.text, c.feed, got, c.want, err)
		}
	}
}
