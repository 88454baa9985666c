package sandbox

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// advice returns what an answer says about the quota.
func advice(h http.Header) map[string]string {
	got := map[string]string{}
	for _, name := range []string{
		"Kard-Api-Usage-Quota-Capacity", "Kard-Api-Usage-Quota-Remaining", "Kard-Api-Usage-Quota-Reset", "Retry-After",
		"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy", "RateLimit",
	} {
		if v := h.Get(name); v != "" {
			got[name] = v
		}
	}
	return got
}

// TestQuotaHeaders uses up a quota of two calls per minute and checks the second answer, the last one let through, and the third, ten seconds later.
// The clock starts at 2000-01-01 00:00:00 UTC.
func TestQuotaHeaders(t *testing.T) {
	type headers = map[string]string
	for style, want := range map[HeaderStyle][2]headers{
		"": {
			{"Kard-Api-Usage-Quota-Capacity": "2", "Kard-Api-Usage-Quota-Remaining": "0", "Kard-Api-Usage-Quota-Reset": "30"},
			{"Kard-Api-Usage-Quota-Capacity": "2", "Kard-Api-Usage-Quota-Remaining": "0", "Kard-Api-Usage-Quota-Reset": "20"},
		},
		RetryAfter:     {{}, {"Retry-After": "20"}},
		RetryAfterDate: {{}, {"Retry-After": "Sat, 01 Jan 2000 00:00:30 GMT"}},
		RateLimitEpoch: {
			{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "946684830"},
			{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "946684830"},
		},
		RateLimitDelta: {
			{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"},
			{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "20"},
		},
		IETF: {
			{"RateLimit-Policy": `"default";q=2;w=60`, "RateLimit": `"default";r=0;t=30`},
			{"RateLimit-Policy": `"default";q=2;w=60`, "RateLimit": `"default";r=0;t=20`},
		},
		NoHeaders: {{}, {}},
	} {
		t.Run(string(style), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := Quota{PerMinute: 2}
				if style != "" {
					q.Headers = []HeaderStyle{style}
				}
				s := New(Options{Quota: q})
				call := func(status int) headers {
					w := do(t, s, request{method: "GET", path: usersPath + "/a"})
					if w.Code != status {
						t.Errorf("status is %d, want %d", w.Code, status)
					}
					return advice(w.Header())
				}
				call(404)
				got := [2]headers{call(404)}
				time.Sleep(10 * time.Second)
				got[1] = call(429)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				time.Sleep(20 * time.Second)
				call(404)
				call(429)
				time.Sleep(time.Hour)
				for _, status := range []int{404, 404, 429} {
					call(status)
				}
			})
		})
	}
}

func TestKardResetIsZeroWhileSomethingRemains(t *testing.T) {
	s := New(Options{Quota: Quota{PerMinute: 1000}})
	got := advice(do(t, s, request{method: "GET", path: usersPath + "/a"}).Header())
	want := map[string]string{"Kard-Api-Usage-Quota-Capacity": "1000", "Kard-Api-Usage-Quota-Remaining": "999", "Kard-Api-Usage-Quota-Reset": "0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSeveralStylesAtOnce(t *testing.T) {
	styles, err := ParseHeaderStyles("retry-after, kard")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Quota: Quota{PerMinute: 1, Headers: styles}})
	do(t, s, request{method: "GET", path: usersPath + "/a"})
	got := advice(do(t, s, request{method: "GET", path: usersPath + "/a"}).Header())
	if got["Retry-After"] != "60" || got["Kard-Api-Usage-Quota-Reset"] != "60" {
		t.Error(got)
	}
	if _, err := ParseHeaderStyles("kard,smoke"); err == nil {
		t.Error("smoke is a style")
	}
}

func TestFaultUsesTheQuotasRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for style, want := range map[HeaderStyle]string{NoHeaders: "90", RetryAfterDate: "Sat, 01 Jan 2000 00:01:30 GMT"} {
			s := withFaults(t, Options{Quota: Quota{Headers: []HeaderStyle{style}}}, "429=90s")
			w := do(t, s, request{method: "GET", path: usersPath + "/a"})
			if got := w.Header().Get("Retry-After"); w.Code != 429 || got != want {
				t.Errorf("%s: %d %q", style, w.Code, got)
			}
		}
		w := do(t, withFaults(t, Options{}, "429"), request{method: "GET", path: usersPath + "/a"})
		if len(advice(w.Header())) != 0 {
			t.Errorf("a 429 without advice has %v", w.Header())
		}
	})
}
