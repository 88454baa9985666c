package stage

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
)

// Tape holds the API's own answers, by method and address.
type Tape struct {
	api     http.Handler
	mu      sync.Mutex
	answers map[string]*httptest.ResponseRecorder
}

// NewTape returns an empty tape of the API.
func NewTape(api http.Handler) *Tape {
	return &Tape{api: api, answers: map[string]*httptest.ResponseRecorder{}}
}

// Longest returns the length of the longest body on the tape.
func (t *Tape) Longest() int {
	longest := 0
	for _, answer := range t.answers {
		longest = max(longest, len(bytes.TrimSpace(answer.Body.Bytes())))
	}
	return longest
}

// Record answers as the API does, and keeps the answer.
func (t *Tape) Record(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	t.api.ServeHTTP(answer, r)
	t.mu.Lock()
	t.answers[r.Method+" "+r.RequestURI] = answer
	t.mu.Unlock()
	send(w, answer, answer.Code, answer.Body.Bytes())
}

// Played replays the recorded answer, with another status (0 for its own) and a body
// that change has changed.
func (t *Tape) Played(status int, change func([]byte) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t.mu.Lock()
		answer := t.answers[r.Method+" "+r.RequestURI]
		t.mu.Unlock()
		if answer == nil {
			answer = httptest.NewRecorder()
		}
		code := status
		if code == 0 {
			code = answer.Code
		}
		send(w, answer, code, change(answer.Body.Bytes()))
	}
}

func send(w http.ResponseWriter, answer *httptest.ResponseRecorder, status int, body []byte) {
	for name, values := range answer.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	w.Write(body) // best effort: the client may have hung up
}
