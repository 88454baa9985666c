// Package stage is a server between a client and its API, for tests of clients. It sees every
// call, answers instead of the API when told to, and can break what is sent. No program
// links it.
//
// Start at Stage.
package stage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// ClientTimeout is the timeout that a client is given.
const ClientTimeout = 30 * time.Second

// Stage sits between a client and its API. It sees every call, and answers instead of
// the API when told to.
type Stage struct {
	memory bool
	doors  chan net.Conn // the server's ends of in-memory connections
	closed chan struct{}
	tcp    net.Listener

	mu    sync.Mutex
	api   http.Handler
	play  http.HandlerFunc // nil lets the API answer
	seen  []Call
	sent  map[string]int // how often each change was sent since the last call of repeated
	conns int
	shut  bool // refuses new connections
}

// Call is what a client sent.
type Call struct {
	Method, URI string
	Header      http.Header
	Body        []byte
	Status      int // of the answer; 0 if there was none
}

// Address is where the client finds its API. It must open every connection with Dial,
// and give up a call after Timeout.
type Address struct {
	URL     string
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Timeout time.Duration
}

// New serves until the test ends: over TCP, or in memory for a bubble.
func New(t testing.TB, api http.Handler, memory bool) *Stage {
	t.Helper()
	s := &Stage{memory: memory, api: api, sent: map[string]int{}, doors: make(chan net.Conn), closed: make(chan struct{})}
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

// Address is where the client finds the stage.
func (s *Stage) Address() Address {
	url := "http://127.0.0.1"
	if s.tcp != nil {
		url = "http://" + s.tcp.Addr().String()
	}
	return Address{URL: url, Dial: s.dial, Timeout: ClientTimeout}
}

func (s *Stage) dial(ctx context.Context, network, address string) (net.Conn, error) {
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

// ServeHTTP records a call and passes it on.
func (s *Stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client hung up
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, Call{r.Method, r.RequestURI, r.Header.Clone(), body, 0})
	if r.Method != http.MethodGet {
		s.sent[r.Method+" "+r.RequestURI+" "+string(body)]++
	}
	play, api := s.play, s.api
	s.mu.Unlock()
	if play == nil {
		play = api.ServeHTTP
	}
	answer := &statusWriter{ResponseWriter: w}
	play(answer, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < len(s.seen) {
		s.seen[n].Status = answer.status
	}
}

// Playing answers every call from now on; nil lets the API answer again.
func (s *Stage) Playing(play http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.play = play
}

// Unreachable refuses all new connections from now on.
func (s *Stage) Unreachable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
}

// Calls returns what was sent since it was last called.
func (s *Stage) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// Repeated returns the method of a change that was sent more than once since it was
// last called; "" if there is none.
func (s *Stage) Repeated() (method string) {
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

// Count returns how many calls were sent since Calls, and how many connections were ever opened.
func (s *Stage) Count() (calls, conns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen), s.conns
}

// Connect serves api over in-memory connections until the test ends, inside or outside
// a testing/synctest bubble.
func Connect(t testing.TB, api http.Handler) Address { return New(t, api, true).Address() }
