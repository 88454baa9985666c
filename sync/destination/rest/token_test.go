package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// account is an API and its token endpoint, without a network.
type account struct {
	t      *testing.T
	grant  func(n int, r *http.Request) (status int, body string) // the nth token call
	api    func(r *http.Request, token int) (status int)
	grants atomic.Int32
	calls  atomic.Int32
}

func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if r.URL.Host == "tokens.example" {
		status, body := a.grant(int(a.grants.Add(1)), r)
		if status == 0 {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		return response(r, status, body), nil
	}
	a.calls.Add(1)
	n, err := strconv.Atoi(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer token-"))
	if err != nil {
		a.t.Errorf("the API got %q", r.Header.Get("Authorization"))
	}
	return response(r, a.api(r, n), "{}"), nil
}

func response(r *http.Request, status int, body string) *http.Response {
	header := http.Header{"Content-Type": {"application/json"}, "Location": {"https://evil.example/x"}}
	return &http.Response{StatusCode: status, Header: header, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// hour is a token endpoint that grants token-1, token-2, ... for an hour each.
func hour(n int, _ *http.Request) (int, string) {
	return 200, `{"access_token":"token-` + strconv.Itoa(n) + `","expires_in":3600,"token_type":"Bearer"}`
}

func always(status int) func(*http.Request, int) int {
	return func(*http.Request, int) int { return status }
}

func (a *account) connect(t *testing.T, change ...func(*Config)) *Client {
	a.t = t
	return connect(t, "https://api.example", append([]func(*Config){func(c *Config) {
		c.Transport = a
		c.Auth = Auth{ClientID: user.NewSecret("the-id"), ClientSecret: user.NewSecret("the-secret"), TokenURL: "https://tokens.example/token"}
	}}, change...)...)
}

func TestTokenIsRefreshedEarly(t *testing.T) {
	for _, test := range []struct {
		name, expires string
		fresh, old    time.Duration // just before and just after the refresh is due
	}{
		{"an hour", "3600", 58*time.Minute - time.Second, 58 * time.Minute},
		{"as text", `"3600"`, 58*time.Minute - time.Second, 58 * time.Minute},
		{"a minute", "60", 29 * time.Second, 30 * time.Second},
	} {
		for _, style := range []Style{Basic, Form, JSON} {
			synctest.Test(t, func(t *testing.T) {
				a := &account{api: always(200), grant: func(n int, _ *http.Request) (int, string) {
					return 200, `{"access_token":"token-` + strconv.Itoa(n) + `","expires_in":` + test.expires + `}`
				}}
				c := a.connect(t, func(c *Config) { c.Auth.Style = style })
				do(t, t.Context(), c, post)
				time.Sleep(test.fresh)
				do(t, t.Context(), c, post)
				if n := a.grants.Load(); n != 1 {
					t.Errorf("%s, %s: %d token calls before the refresh is due", test.name, style, n)
				}
				time.Sleep(test.old - test.fresh)
				do(t, t.Context(), c, post)
				if n := a.grants.Load(); n != 2 {
					t.Errorf("%s, %s: %d token calls after it was due", test.name, style, n)
				}
			})
		}
	}
}

func TestTokenWithoutExpiryIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{api: always(200), grant: func(int, *http.Request) (int, string) { return 200, `{"access_token":"token-1"}` }}
		c := a.connect(t)
		do(t, t.Context(), c, post)
		time.Sleep(1000 * time.Hour)
		do(t, t.Context(), c, post)
		if n := a.grants.Load(); n != 1 {
			t.Errorf("%d token calls", n)
		}
	})
}

func TestOneCallerFetchesForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{api: always(200), grant: func(n int, r *http.Request) (int, string) {
			time.Sleep(3 * time.Second)
			return hour(n, r)
		}}
		c := a.connect(t)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var callers sync.WaitGroup
		for range 15 {
			callers.Go(func() {
				if ce := do(t, t.Context(), c, post); ce != nil {
					t.Error(ce)
				}
			})
		}
		synctest.Wait()
		start := time.Now()
		ce := do(t, short, c, post)
		if ce == nil || ce.Fault != destination.NotTaken || ce.Code != "canceled" || !errors.Is(ce, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("a caller that leaves while it waits: %v", ce)
		}
		callers.Wait()
		if a.grants.Load() != 1 || a.calls.Load() != 15 {
			t.Errorf("%d token calls, %d calls", a.grants.Load(), a.calls.Load())
		}
	})
}

func TestFetcherThatLeavesFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{api: always(200), grant: func(n int, r *http.Request) (int, string) {
			if n == 1 {
				return 0, "" // hangs
			}
			return 200, `{"access_token":"token-2"}`
		}}
		c := a.connect(t)
		leader, leave := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() {
			if ce := do(t, leader, c, post); ce == nil || ce.Code != "canceled" || !errors.Is(ce, context.Canceled) {
				t.Errorf("the fetcher: %v", ce)
			}
		})
		synctest.Wait()
		for range 5 {
			callers.Go(func() {
				if ce := do(t, t.Context(), c, post); ce != nil {
					t.Errorf("a waiter: %v", ce)
				}
			})
		}
		synctest.Wait()
		leave()
		callers.Wait()
		if n := a.grants.Load(); n != 2 {
			t.Errorf("%d token calls", n)
		}
	})
}

func TestOldTokenServesWhileTheEndpointIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{api: always(200), grant: func(n int, r *http.Request) (int, string) {
			if n == 1 {
				return hour(n, r)
			}
			return 503, ""
		}}
		c := a.connect(t)
		do(t, t.Context(), c, post)
		time.Sleep(59 * time.Minute)
		for range 100 {
			if ce := do(t, t.Context(), c, post); ce != nil {
				t.Fatalf("the token still holds: %v", ce)
			}
		}
		if n := a.grants.Load(); n != 2 {
			t.Errorf("%d token calls, want one failed refresh in 10 s", n)
		}
		time.Sleep(time.Minute)
		if ce := do(t, t.Context(), c, post); ce == nil || ce.Fault != destination.NotTaken || ce.Code != "token_http_503" {
			t.Errorf("after expiry: %v", ce)
		}
	})
}

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

// countdown lets every token in for two calls.
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

// TestUnauthorizedForMany: 16 calls out with the same stale token cost one
// refresh, and a straggler's 401 does not count against the newer token.
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

func TestTokenEndpoint(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		fault  destination.Fault
		code   string
	}{
		{400, `{"error":"invalid_client","error_description":"the-secret is wrong"}`, destination.Denied, "token_http_400"},
		{401, "the-secret", destination.Denied, "token_http_401"},
		{403, "", destination.Denied, "token_http_403"},
		{404, "", destination.Denied, "token_http_404"},
		{302, "", destination.Denied, "token_redirect"},
		{307, "", destination.Denied, "token_redirect"},
		{408, "", destination.NotTaken, "token_http_408"},
		{429, "", destination.NotTaken, "token_http_429"},
		{500, "the-secret", destination.NotTaken, "token_http_500"},
		{503, "", destination.NotTaken, "token_http_503"},
		{0, "", destination.NotTaken, "token_timeout"},
		{200, "<html>the-secret", destination.NotTaken, "token_unreadable"},
		{200, "{}", destination.NotTaken, "token_unreadable"},
		{200, `{"access_token":"a b"}`, destination.NotTaken, "token_unreadable"},
		{200, `{"access_token":7}`, destination.NotTaken, "token_unreadable"},
	} {
		for _, style := range []Style{Basic, Form, JSON} {
			synctest.Test(t, func(t *testing.T) {
				a := &account{api: always(200), grant: func(int, *http.Request) (int, string) { return test.status, test.body }}
				observed := 0
				c := a.connect(t, func(c *Config) {
					c.Auth.Style = style
					c.Observe = func(int, http.Header) { observed++ }
				})
				ce := do(t, t.Context(), c, post)
				if ce == nil || ce.Fault != test.fault || ce.Code != test.code {
					t.Fatalf("%d %s, %s: %v", test.status, test.body, style, ce)
				}
				if strings.Contains(ce.Error(), "the-") {
					t.Errorf("%d, %s: the error shows a credential: %v", test.status, style, ce)
				}
				if a.calls.Load() != 0 || a.grants.Load() != 1 || observed != 0 {
					t.Errorf("%d, %s: %d calls, %d token calls, %d observed", test.status, style, a.calls.Load(), a.grants.Load(), observed)
				}
			})
		}
	}
}

func TestStyles(t *testing.T) {
	for style, want := range map[Style]string{
		Basic: "application/x-www-form-urlencoded|the-id:the-secret|grant_type=client_credentials",
		Form:  "application/x-www-form-urlencoded|:|client_id=the-id&client_secret=the-secret&grant_type=client_credentials",
		JSON:  `application/json|:|{"client_id":"the-id","client_secret":"the-secret"}`,
	} {
		var got, issuer string
		a := &account{grant: func(n int, r *http.Request) (int, string) {
			body, _ := io.ReadAll(r.Body)
			id, secret, _ := r.BasicAuth()
			got = r.Header.Get("Content-Type") + "|" + id + ":" + secret + "|" + string(body)
			issuer = r.Method + " " + r.Header.Get("X-Kard-Target-Issuer")
			return hour(n, r)
		}}
		a.api = func(r *http.Request, _ int) int {
			if r.Header.Get("X-Kard-Target-Issuer") != "" {
				t.Error("the API got the header of the token call")
			}
			return 200
		}
		c := a.connect(t, func(c *Config) {
			c.Auth.Style = style
			c.Auth.Header = http.Header{"X-Kard-Target-Issuer": {"issuer-1"}}
		})
		if ce := do(t, t.Context(), c, post); ce != nil {
			t.Fatal(ce)
		}
		if got != want || issuer != "POST issuer-1" {
			t.Errorf("%s: sent %s, header %s", style, got, issuer)
		}
	}
}
