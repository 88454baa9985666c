package rest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
)

// hangup serves raw connections: it answers the first request of each and calls
// second for the next. It counts the requests that it read.
func hangup(t *testing.T, second func(net.Conn)) (url string, requests *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int32)
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for n := 0; ; n++ {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					requests.Add(1)
					if n == 1 {
						second(conn)
						return
					}
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
				}
			})
		}
	})
	t.Cleanup(func() { listener.Close(); conns.Wait() })
	return "http://" + listener.Addr().String(), requests
}

// TestNothingIsSentTwice: on a kept connection that the server closes, net/http
// would send a GET again, and a POST with GetBody too.
func TestNothingIsSentTwice(t *testing.T) {
	ends := map[string]struct {
		how  func(net.Conn)
		code string
	}{
		"closed": {func(net.Conn) {}, "eof"},
		"reset":  {func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }, "reset"},
	}
	for name, end := range ends {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			url, requests := hangup(t, end.how)
			c := connect(t, url)
			r := Request{Method: method, Path: []string{"users", "1"}}
			if method == "POST" || method == "PUT" {
				r.Append = text(`{"data":{}}`)
			}
			if ce := do(t, t.Context(), c, r); ce != nil {
				t.Fatalf("%s %s: first call: %v", name, method, ce)
			}
			ce := do(t, t.Context(), c, r)
			if ce == nil || ce.Fault != destination.PerhapsTaken || (ce.Code != end.code && ce.Code != "broken") {
				t.Errorf("%s %s: %v", name, method, ce)
			}
			if n := requests.Load(); n != 2 {
				t.Errorf("%s %s: the server saw %d requests for 2 calls", name, method, n)
			}
			c.CloseIdle()
		}
	}
}

// TestIdleHangup: if a server closes the connection between calls, no call is sent
// twice, and a call is "not taken" only if the server has not seen it.
func TestIdleHangup(t *testing.T) {
	var seen atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen.Add(1) }))
	server.Start()
	defer server.Close()
	c := connect(t, server.URL)
	var ok, perhaps int32
	var hangups sync.WaitGroup
	defer hangups.Wait()
	for range 300 {
		switch ce := do(t, t.Context(), c, post); {
		case ce == nil:
			ok++
		case ce.Fault == destination.PerhapsTaken:
			perhaps++
		case ce.Fault != destination.NotTaken:
			t.Fatal(ce)
		}
		hangups.Go(server.CloseClientConnections)
	}
	if n := seen.Load(); n < ok || n > ok+perhaps {
		t.Errorf("%d calls were seen; %d answered, %d perhaps taken", n, ok, perhaps)
	}
}

func TestMayHaveWritten(t *testing.T) {
	conn := &meteredConn{}
	kept := &writeWatch{}
	kept.handed.Store(true)
	kept.conn.Store(conn)
	if kept.mayHaveWritten(true, io.EOF) {
		t.Error("a kept connection without a write since")
	}
	conn.writes.Add(1)
	if !kept.mayHaveWritten(true, io.EOF) {
		t.Error("a connection on which a write has begun")
	}
	unknown := &writeWatch{}
	unknown.handed.Store(true)
	if !unknown.mayHaveWritten(true, io.EOF) {
		t.Error("a connection that does not count")
	}
	if (&writeWatch{}).mayHaveWritten(true, io.EOF) {
		t.Error("no connection at all")
	}
	if !(&writeWatch{}).mayHaveWritten(false, io.EOF) || (&writeWatch{}).mayHaveWritten(false, &net.OpError{Op: "dial", Err: io.EOF}) {
		t.Error("a foreign transport")
	}
}

func TestNoConnection(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, test := range []struct {
		name, code string
		change     func(*Config)
	}{
		{"refused", "dial", func(c *Config) { c.BaseURL = closed.URL }},
		{"no such host", "dns", func(c *Config) {
			c.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}}
			}
		}},
		{"dial timeout", "timeout", func(c *Config) {
			c.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
			}
		}},
	} {
		ce := do(t, t.Context(), connect(t, "http://localhost:1", test.change), post)
		if ce == nil || ce.Fault != destination.NotTaken || ce.Code != test.code || ce.Err == nil {
			t.Errorf("%s: %v", test.name, ce)
		}
	}
}

// silent is an API that accepts a call and never answers.
func silent(t *testing.T) Dial {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			io.Copy(io.Discard, theirs)
			theirs.Close()
		}()
		return ours, nil
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	never := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, test := range []struct {
		name   string
		dial   Dial
		cancel time.Duration
		took   time.Duration
		fault  destination.Fault
		code   string
	}{
		{"no answer", silent(t), 0, 30 * time.Second, destination.PerhapsTaken, "timeout"},
		{"no answer, caller leaves", silent(t), 5 * time.Second, 5 * time.Second, destination.PerhapsTaken, "canceled"},
		{"no connection", never, 0, 30 * time.Second, destination.NotTaken, "timeout"},
		{"no connection, caller leaves", never, 5 * time.Second, 5 * time.Second, destination.NotTaken, "canceled"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := connect(t, "http://localhost", func(c *Config) { c.DialContext = test.dial })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.cancel > 0 {
				defer time.AfterFunc(test.cancel, cancel).Stop()
			}
			start := time.Now()
			ce := do(t, ctx, c, post)
			if ce == nil || ce.Fault != test.fault || ce.Code != test.code || time.Since(start) != test.took {
				t.Errorf("%s: after %v: %v", test.name, time.Since(start), ce)
			}
			if errors.Is(ce, context.Canceled) != (test.cancel > 0) || errors.Is(ce, context.DeadlineExceeded) {
				t.Errorf("%s: the cause is %v", test.name, ce.Err)
			}
			c.CloseIdle()
			synctest.Wait()
		})
	}
}

func TestTimeoutInTheBody(t *testing.T) {
	release := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":[`)
		w.(http.Flusher).Flush()
		<-release
	}, func(c *Config) { c.Timeout = 50 * time.Millisecond })
	defer close(release)
	if ce := do(t, t.Context(), c, post); ce == nil || ce.Code != "timeout" || ce.Fault != destination.PerhapsTaken || ce.Status != 200 {
		t.Errorf("%+v", ce)
	}
}

// TestEarlyAnswer: a server may answer before it has read the body; the body's
// bytes must not be reused while the transport still reads them.
func TestEarlyAnswer(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/early" {
			w.WriteHeader(413)
			return
		}
		if b, err := io.ReadAll(r.Body); err != nil || strings.Trim(string(b), "b") != "" {
			t.Errorf("a body of b holds something else (%v)", err)
		}
	})
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			for range 20 {
				do(t, t.Context(), c, Request{Method: "POST", Path: []string{"early"}, Append: text(strings.Repeat("a", 600<<10))})
				do(t, t.Context(), c, Request{Method: "POST", Path: []string{"whole"}, Append: text(strings.Repeat("b", 300<<10))})
			}
		})
	}
	calls.Wait()
}
