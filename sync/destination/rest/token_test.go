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
	header := http.Header{"Content-Type": {"text/plain"}, "Location": {"https://evil.example/x"}}
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
		fresh, old    time.Duration // shortly before and after the refresh is due
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

func TestFetcherThatLeavesFailsNoOtherCaller(t *testing.T) {
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
				t.Fatalf("the token is still valid: %v", ce)
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
