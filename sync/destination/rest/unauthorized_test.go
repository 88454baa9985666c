package rest

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
)

func TestUnauthorized(t *testing.T) {
	put := Request{Method: "PUT", Path: []string{"users", "1"}, Append: text("{}")}
	for _, test := range []struct {
		name   string
		api    func(r *http.Request, token int) int
		calls  []Request
		want   string // code of each call; ok for none
		grants int32
	}{
		{"always", always(401), []Request{post, post, post, post}, "token_expired unauthorized unauthorized unauthorized", 2},
		{"the first token only", func(_ *http.Request, token int) int { return 200 + 201*b2i(token == 1) }, []Request{post, post, post}, "token_expired ok ok", 2},
		{"every token once", countdown(), []Request{post, post, post, post, post}, "ok token_expired ok token_expired ok", 3},
		{"one method, never", func(r *http.Request, _ int) int { return 200 + 201*b2i(r.Method == "PUT") }, []Request{post, put, post, put, post, put}, "ok token_expired ok unauthorized ok unauthorized", 2},
		{"a broken gateway proves nothing", func(_ *http.Request, token int) int { return 401 + 99*b2i(token == 2) }, []Request{post, post}, "token_expired http_500", 2},
	} {
		a := &account{api: test.api, grant: hour}
		c := a.connect(t)
		var got []string
		for _, r := range test.calls {
			ce := do(t, t.Context(), c, r)
			got = append(got, codeOf(ce))
			if ce != nil && ce.Status == 401 && (ce.Fault == destination.Denied) != (ce.Code == "unauthorized") {
				t.Errorf("%s: %v", test.name, ce)
			}
		}
		if strings.Join(got, " ") != test.want || a.grants.Load() != test.grants || int(a.calls.Load()) != len(test.calls) {
			t.Errorf("%s: got %v with %d token calls, %d calls; want %s with %d", test.name, got, a.grants.Load(), a.calls.Load(), test.want, test.grants)
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// countdown accepts every token for two calls.
func countdown() func(*http.Request, int) int {
	left := map[int]int{1: 1, 2: 1, 3: 9}
	return func(_ *http.Request, token int) int {
		if left[token]--; left[token] < 0 {
			return 401
		}
		return 200
	}
}

func codeOf(ce *destination.CallError) string {
	if ce == nil {
		return "ok"
	}
	return ce.Code
}

// TestUnauthorizedForMany: 16 calls in flight with the same stale token cost one
// refresh, and a late 401 does not count against the newer token.
func TestUnauthorizedForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{grant: hour}
		a.api = func(r *http.Request, token int) int {
			time.Sleep(time.Duration(a.calls.Load()) * time.Second)
			return 200 + 201*b2i(token == 1)
		}
		c := a.connect(t)
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				if ce := do(t, t.Context(), c, post); ce == nil || ce.Code != "token_expired" || ce.Fault != destination.NotTaken {
					t.Errorf("with the stale token: %v", ce)
				}
				if ce := do(t, t.Context(), c, post); ce != nil {
					t.Errorf("with the new token: %v", ce)
				}
			})
		}
		callers.Wait()
		if a.grants.Load() != 2 || a.calls.Load() != 32 {
			t.Errorf("%d token calls, %d calls", a.grants.Load(), a.calls.Load())
		}
	})
}

func TestStaticTokenIsDeniedAtOnce(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })
	if ce := do(t, t.Context(), c, post); ce == nil || ce.Fault != destination.Denied || ce.Code != "unauthorized" {
		t.Errorf("%v", ce)
	}
}
