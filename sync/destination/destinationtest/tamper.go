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

// tape holds the API's own answers, by method and address.
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

// played replays the recorded answer, with another status (0 for its own) and a body
// that change has changed.
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
	w.Write(body) // best effort: the client may have hung up
}

// tampered replays the API's own success with statuses that do not fit it, and
// truncated: it must not be a success anymore.
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
				oneOf(sc, b, "a success with status "+strconv.Itoa(status), want...)
			}
			dropped(sc, b, own)
			cuts(sc, b, own)
		})
	}
}

// misfits are the results allowed for the body of a success with another status.
func misfits(op user.Op) map[int][]string {
	unclear := []string{perhaps, inDoubt, refused, denied, string(user.Busy)}
	return map[int][]string{
		202: {string(user.Accepted), perhaps, inDoubt}, 302: {denied}, 400: unclear, 402: unclear, 403: append(unclear, notTaken),
		409: append(unclear, exists), 422: unclear, 429: {notTaken}, 500: {perhaps}, 503: {notTaken},
	}
}

// cuts replays truncated answers, each as if it were whole.
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

// oneOf makes the call and checks that every result is one of those allowed.
func oneOf(sc *scene, b user.Batch, what string, allowed ...string) {
	sc.t.Helper()
	outcomes, ce := sc.apply(sc.t.Context(), b)
	for _, got := range results(outcomes, ce) {
		if !slices.Contains(allowed, got) {
			sc.t.Errorf("%s, %s: %q (%s), want one of %q", b.Op, what, got, describe(outcomes, ce), allowed)
			return
		}
	}
}
