package destinationtest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"usersync/sync/user"
)

// tape holds what the API itself answered, by method and address.
type tape struct {
	api     http.Handler
	mu      sync.Mutex
	answers map[string]*httptest.ResponseRecorder
}

func (t *tape) record(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	t.api.ServeHTTP(answer, r)
	t.mu.Lock()
	t.answers[r.Method+" "+r.RequestURI] = answer
	t.mu.Unlock()
	send(w, answer, answer.Code, answer.Body.Bytes())
}

// played is what was recorded, with another status (0 for its own) and what
// change makes of its body.
func (t *tape) played(status int, change func([]byte) []byte) http.HandlerFunc {
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
	w.Write(body) // what cannot be sent is the client's matter
}

// tampered plays the API's own answer to a call that went well, under statuses
// that it does not go with, and cut short: then it is no success any more.
func tampered(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			own := &tape{api: sc.sandbox, answers: map[string]*httptest.ResponseRecorder{}}
			sc.stage.playing(own.record)
			sc.must(b)
			whole := func(body []byte) []byte { return body }
			sc.stage.playing(own.played(0, whole))
			oneOf(sc, b, "its own answer again", string(success[op]), string(user.Accepted))
			for status, want := range misfits(op) {
				sc.stage.playing(own.played(status, whole))
				oneOf(sc, b, "a success under "+strconv.Itoa(status), want...)
			}
			dropped(sc, b, own)
			cuts(sc, b, own)
		})
	}
}

// misfits are what may become of a success that comes under a status of
// something else.
func misfits(op user.Op) map[int][]string {
	unclear := []string{perhaps, inDoubt, refused, denied, string(user.Busy)}
	return map[int][]string{
		202: {string(user.Accepted), perhaps, inDoubt}, 302: {denied}, 400: unclear, 402: unclear, 403: append(unclear, notTaken),
		409: append(unclear, exists), 422: unclear, 429: {notTaken}, 500: {perhaps}, 503: {notTaken},
	}
}

// cuts plays the beginnings of the answer, each as if it were whole.
func cuts(sc *scene, b user.Batch, own *tape) {
	sc.t.Helper()
	longest := 0
	for _, answer := range own.answers {
		longest = max(longest, len(bytes.TrimSpace(answer.Body.Bytes())))
	}
	for at := 1; at < longest; at += max(1, longest/100) {
		sc.stage.playing(own.played(0, func(body []byte) []byte { return body[:min(at, max(len(bytes.TrimSpace(body))-1, 0))] }))
		oneOf(sc, b, "its own answer, cut at byte "+strconv.Itoa(at), perhaps, inDoubt)
	}
}

// oneOf makes the call and holds every verdict to be one of those.
func oneOf(sc *scene, b user.Batch, what string, allowed ...string) {
	sc.t.Helper()
	outcomes, ce := sc.apply(sc.t.Context(), b)
	for _, got := range verdicts(outcomes, ce) {
		if !slices.Contains(allowed, got) {
			sc.t.Errorf("%s, %s: %q (%s), want one of %q", b.Op, what, got, said(outcomes, ce), allowed)
			return
		}
	}
}
