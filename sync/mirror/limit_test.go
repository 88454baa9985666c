package mirror

import "testing"

// By default a mirror deletes at most 10 users or 2% of its feed, whichever is more, and
// never more than 20%.
func TestLimit(t *testing.T) {
	for feed, want := range map[int]int{0: 10, 49: 10, 550: 11, 1_000_000: 20_000} {
		if got := (Limit{}).OfChanges(feed); got != want {
			t.Errorf("changes to %d: %d, want %d", feed, got, want)
		}
		if got := (Limit{Set: true, Count: 3}).OfChanges(feed); got != 3 {
			t.Errorf("changes to %d: %d, want 3", feed, got)
		}
	}
	auto, share := Limit{}, func(percent float64) Limit { return Limit{Set: true, Percent: percent} }
	for _, c := range []struct {
		limit Limit
		feed  int
		want  int
	}{
		{auto, 4, 0}, {auto, 5, 1}, {auto, 49, 9}, {auto, 50, 10}, {auto, 500, 10}, {auto, 549, 10}, {auto, 550, 11}, {auto, 1_000_000, 20_000},
		{Limit{Set: true, Count: 25}, 30, 25}, {Limit{Set: true, Count: 25}, 10_000, 25}, {Limit{Set: true}, 10_000, 0},
		{share(0.5), 1000, 5}, {share(0.5), 199, 0}, {share(100), 30, 30},
	} {
		if got := c.limit.Of(c.feed); got != c.want {
			t.Errorf("%+v of %d: %d, want %d", c.limit, c.feed, got, c.want)
		}
	}
}
