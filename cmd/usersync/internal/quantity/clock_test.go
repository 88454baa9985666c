package quantity

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	for _, c := range []struct {
		until, now, want string
		passed           bool
	}{
		{"05:00 UTC", "2026-11-27T02:15:00Z", "2026-11-27T05:00:00Z", false},
		{"05:00 UTC", "2026-11-27T05:00:00Z", "2026-11-27T05:00:00Z", true},
		{"05:00 UTC", "2026-11-27T05:06:00Z", "2026-11-27T05:00:00Z", true},
		{"05:00 UTC", "2026-11-27T10:59:59Z", "2026-11-27T05:00:00Z", true},
		{"05:00 UTC", "2026-11-27T11:00:00Z", "2026-11-28T05:00:00Z", false},
		{"05:00 UTC", "2026-11-26T22:00:00Z", "2026-11-27T05:00:00Z", false},
		{"23:00 UTC", "2026-11-27T01:00:00Z", "2026-11-26T23:00:00Z", true},
		{"23:00:30 UTC", "2026-11-27T08:00:00Z", "2026-11-27T23:00:30Z", false},
		{"05:00 Europe/Berlin", "2026-07-01T02:30:00Z", "2026-07-01T03:00:00Z", false},
		{"05:00 Europe/Berlin", "2026-07-01T03:30:00Z", "2026-07-01T03:00:00Z", true},
		// The clock goes from 02:00 to 03:00 in that night.
		{"02:30 Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", false},
	} {
		clock, err := ParseClock(c.until)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := time.Parse(time.RFC3339, c.now)
		at, passed := clock.Next(now)
		if at.UTC().Format(time.RFC3339) != c.want || passed != c.passed {
			t.Errorf("--until %s at %s is %s, passed: %t", c.until, c.now, at.UTC(), passed)
		}
	}
}

func TestParseClock(t *testing.T) {
	for _, bad := range []string{"", "5", "5:00", "24:00", "05:60", "05:00Z", "05:00 ", "05:00 Atlantis/Here", "5am", "05:00 ../etc"} {
		if c, err := ParseClock(bad); err == nil {
			t.Errorf("%q is %v", bad, c)
		}
	}
	local, err := ParseClock("05:00")
	if at, _ := local.Next(time.Now()); err != nil || at.Hour() != 5 || at.Location() != time.Local || !local.Given() {
		t.Error(at, err)
	}
	if none, err := ParseClock("none"); err != nil || none.Given() {
		t.Error(none, err)
	}
}
