package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func start(t *testing.T, texts ...string) *Running {
	t.Helper()
	o := withFaults(t, Options{}, texts...).options
	r, err := Start(o, ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// create sends one user over its own connection.
func create(ctx context.Context, url string, transport *http.Transport) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", url+usersPath, strings.NewReader(`{"data":[`+one("a")+`]}`))
	if err != nil {
		return 0, "", err
	}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer transport.CloseIdleConnections()
	resp, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestFaultsOnTheWire(t *testing.T) {
	for _, tc := range []struct {
		fault     string
		err       error
		status    int
		body      string
		committed bool
		counted   string
	}{
		{"reset", syscall.ECONNRESET, 0, "", false, "none"},
		{"reset@after", syscall.ECONNRESET, 0, "", true, "none"},
		{"down", syscall.ECONNRESET, 0, "", false, "none"},
		{"close", io.EOF, 0, "", false, "none"},
		{"lost", io.EOF, 0, "", true, "none"},
		{"hang=1ms", io.EOF, 0, "", false, "none"},
		{"hang=1ms@after", io.EOF, 0, "", true, "none"},
		{"cut", io.ErrUnexpectedEOF, 201, `{"data":[{"type":"user","id":"a"`, true, "201"},
		{"empty", nil, 201, "", false, "201"},
		{"empty@after", nil, 201, "", true, "201"},
		{"html", nil, 200, "<!doctype html>", false, "200"},
		{"html@after", nil, 200, "<!doctype html>", true, "200"},
		{"redirect", nil, 307, "", false, "307"},
		{"expire", nil, 401, `{"errors":[`, false, "401"},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			r := start(t, tc.fault)
			status, body, err := create(t.Context(), r.URL(), &http.Transport{})
			if !errors.Is(err, tc.err) || status != tc.status || !strings.HasPrefix(body, tc.body) || tc.body == "" && body != "" {
				t.Errorf("%d %q %v", status, body, err)
			}
			if u, _ := r.User("a"); u.Held != tc.committed {
				t.Errorf("held: %v", u.Held)
			}
			if st := r.State(); st.Faults[tc.fault] != 1 || st.Answers["create"][tc.counted] != 1 {
				t.Errorf("state is %+v", st)
			}
		})
	}
}

func TestFollowedRedirectIsCounted(t *testing.T) {
	r := start(t, "redirect")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(r.URL() + usersPath + "/a")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if st := r.State(); st.RedirectsFollowed != 1 {
		t.Errorf("state is %+v", st)
	}
}

func TestHangEndsWhenTheCallerHangsUp(t *testing.T) {
	r := start(t, "hang@after")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := create(ctx, r.URL(), &http.Transport{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
	if u, _ := r.User("a"); !u.Held {
		t.Error("the create was not done")
	}
}

// listening reports when the first bytes of a call were read.
type listening struct {
	net.Listener
	call chan struct{}
}

func (l listening) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return hearing{conn, l.call}, err
}

type hearing struct {
	net.Conn
	call chan struct{}
}

func (h hearing) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if n > 0 {
		select {
		case h.call <- struct{}{}:
		default:
		}
	}
	return n, err
}

func TestCloseCutsOffHangingCalls(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := listening{l, make(chan struct{}, 1)}
	r, err := Serve(withFaults(t, Options{}, "hang").options, heard)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := create(t.Context(), r.URL(), &http.Transport{}); err == nil {
			t.Error("a call that hangs was answered")
		}
	})
	<-heard.call
	for r.Injected() == 0 { // a server that shuts down does not begin a call that it has just read
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := r.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close says %v", err)
	}
	wg.Wait()
}

func TestStartListensOnLoopback(t *testing.T) {
	r := start(t, "500:1%@after")
	if !strings.HasPrefix(r.URL(), "http://127.0.0.1:") {
		t.Error(r.URL())
	}
	if b := r.Banner(); !strings.Contains(b, r.URL()) || !strings.Contains(b, "500:1%@after") || strings.Contains(b, "\n") {
		t.Error(b)
	}
	if _, err := Start(Options{}, strings.TrimPrefix(r.URL(), "http://")); err == nil {
		t.Error("the same port twice")
	}
}

// pipes is an in-memory listener.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Addr() net.Addr { return &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func TestInsideABubbleOverPipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		r, err := Serve(withFaults(t, Options{Latency: time.Minute}, "reset:#1@after", "hang:#2", "cut:#3").options, p)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for i, want := range []error{io.EOF, io.EOF, io.ErrUnexpectedEOF, nil} {
			status, _, err := create(t.Context(), r.URL(), &http.Transport{DialContext: p.dial})
			if !errors.Is(err, want) || want == nil && status != 207 {
				t.Errorf("call %d: %d %v", i+1, status, err)
			}
		}
		if d := time.Since(start); d != 14*time.Minute {
			t.Errorf("four calls took %v", d)
		}
		if u, _ := r.User("a"); u.Created != 1 {
			t.Errorf("user is %+v", u)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
