package destinationtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const clientTimeout = 30 * time.Second // a client's timeout

// stage sits between a client and its API. It sees every call, and answers instead of
// the API when told to.
type stage struct {
	memory bool
	doors  chan net.Conn // the server's ends of in-memory connections
	closed chan struct{}
	tcp    net.Listener

	mu    sync.Mutex
	api   http.Handler
	play  http.HandlerFunc // nil lets the API answer
	seen  []call
	sent  map[string]int // how often each change was sent since the last call of repeated
	conns int
	shut  bool // refuses new connections
}

// call is what a client sent.
type call struct {
	Method, URI string
	Header      http.Header
	Body        []byte
	Status      int // of the answer; 0 if the API did not answer
}

// newStage serves until the test ends: over TCP, or in memory for a bubble.
func newStage(t testing.TB, api http.Handler, memory bool) *stage {
	t.Helper()
	s := &stage{memory: memory, api: api, sent: map[string]int{}, doors: make(chan net.Conn), closed: make(chan struct{})}
	listener := net.Listener(s)
	if !memory {
		var err error
		if s.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		listener = s.tcp
	}
	server := &http.Server{Handler: s}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

// address is where the client finds the stage.
func (s *stage) address() Address {
	url := "http://127.0.0.1"
	if s.tcp != nil {
		url = "http://" + s.tcp.Addr().String()
	}
	return Address{URL: url, Dial: s.dial, Timeout: clientTimeout}
}

func (s *stage) dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.mu.Lock()
	s.conns++
	shut := s.shut
	s.mu.Unlock()
	if shut {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
	}
	if !s.memory {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	here, there := net.Pipe()
	select {
	case s.doors <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make the stage a net.Listener.
func (s *stage) Accept() (net.Conn, error) {
	select {
	case conn := <-s.doors:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *stage) Close() error {
	close(s.closed)
	return nil
}

func (s *stage) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// ServeHTTP records a call and passes it on.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client hung up
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, call{r.Method, r.RequestURI, r.Header.Clone(), body, 0})
	if r.Method != http.MethodGet {
		s.sent[r.Method+" "+r.RequestURI+" "+string(body)]++
	}
	play, api := s.play, s.api
	s.mu.Unlock()
	if play != nil {
		play(w, r)
		return
	}
	status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	api.ServeHTTP(status, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < len(s.seen) {
		s.seen[n].Status = status.status
	}
}

// statusWriter keeps the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer inside.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// playing answers every call from now on; nil lets the API answer again.
func (s *stage) playing(play http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.play = play
}

// unreachable refuses all new connections from now on.
func (s *stage) unreachable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
}

// calls returns what was sent since it was last called.
func (s *stage) calls() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// repeated returns the method of a change that was sent more than once since it was
// last called; "" if there is none.
func (s *stage) repeated() (method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for what, times := range s.sent {
		if times > 1 {
			method, _, _ = strings.Cut(what, " ")
		}
	}
	clear(s.sent)
	return method
}

func (s *stage) count() (calls, conns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen), s.conns
}

// uris returns the methods and addresses of calls.
func uris(calls []call) []string {
	var list []string
	for _, c := range calls {
		list = append(list, c.Method+" "+c.URI)
	}
	return slices.Clip(list)
}
