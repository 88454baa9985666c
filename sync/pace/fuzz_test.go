package pace

import (
	"math"
	"net/http"
	"testing"
	"time"
	"usersync/sync/pace/ratelimit"
)

// fuzzNoon is when the fuzz target reads its headers.
var fuzzNoon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// FuzzHeaders: whatever the headers say, the advice can be followed.
func FuzzHeaders(f *testing.F) {
	f.Add(429, "12", "0", "41", "1000", `"default";r=0;t=30`, `"default";q=100;w=60`, "Sun, 01 Mar 2026 12:00:00 GMT")
	f.Add(200, "Sun, 01 Mar 2026 12:00:30 GMT", "1", "1772366420", "0", "a;r=0;t=1772366420500,;", "a;q=1e300;w=1e-300", "")
	f.Fuzz(func(t *testing.T, status int, after, remaining, reset, capacity, limit, policy, date string) {
		h := http.Header{}
		h.Set("Retry-After", after)
		h.Set("Date", date)
		h.Set("RateLimit", limit)
		h.Set("RateLimit-Policy", policy)
		h.Set("Kard-Api-Usage-Quota-Capacity", capacity)
		for _, prefix := range []string{"Kard-Api-Usage-Quota-", "X-RateLimit-", "RateLimit-"} {
			h.Set(prefix+"Remaining", remaining)
			h.Set(prefix+"Reset", reset)
		}
		a := ratelimit.Read(status, h, fuzzNoon)
		if a.Wait < 0 || (a.Wait > 0) != (a.Source != "") {
			t.Errorf("wait %s for %q", a.Wait, a.Source)
		}
		if a.PerSecond < 0 || math.IsNaN(a.PerSecond) || math.IsInf(a.PerSecond, 0) {
			t.Errorf("%v calls a second", a.PerSecond)
		}
		p := New(Options{PerSecond: 5})
		p.Observe(status, h)
		if r := p.Report(); r.Lowest > 5 || r.Lowest <= 0 {
			t.Errorf("the rate became %v", r.Lowest)
		}
	})
}
