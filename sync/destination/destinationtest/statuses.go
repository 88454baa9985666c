package destinationtest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// bodies are answers that no API would give.
var bodies = map[string]string{
	"nothing": "", "an empty object": "{}", "an empty list": "[]", "null": "null", "a page": page, "half of JSON": `{"data":[{"id":"`, "words": "busy",
}

// bodiesOf returns the bodies that a status can have.
func bodiesOf(status int) map[string]string {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		return map[string]string{"nothing": ""}
	}
	return bodies
}

const page = "<!doctype html><title>Sign in</title><p>This network needs you to sign in.</p>\n"

// statuses answers every call with every status and body: each must lead to the right
// fault.
func statuses(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			advice(sc, b)
			for _, status := range played {
				for what, body := range bodiesOf(status) {
					sc.stage.Playing(stage.Answering(status, body, "Location", "/elsewhere"))
					sc.checkStatus(b, status, what)
				}
			}
			checkNoRedirect(sc)
		})
	}
}

var played = []int{
	200, 201, 202, 203, 204, 206, 207, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 415, 422, 425, 428, 429, 451,
	500, 501, 502, 503, 504, 505, 507, 520, 599,
	413, // last, because a client may send smaller batches after it
}

// checkNoRedirect checks that no call followed a Location.
func checkNoRedirect(sc *scene) {
	sc.t.Helper()
	for _, uri := range uris(sc.stage.Calls()) {
		if strings.Contains(uri, "elsewhere") {
			sc.t.Errorf("a redirect was followed: %s", uri)
		}
	}
}

// checkStatus makes a call that is answered by status and body.
func (sc *scene) checkStatus(b user.Batch, status int, what string) {
	sc.t.Helper()
	outcomes, ce := sc.apply(sc.t.Context(), b)
	if ce != nil && ce.Fault == destination.NotTaken && (status == 401 || status == 403 || status == 415 || status == 428) {
		outcomes, ce = sc.apply(sc.t.Context(), b) // one retry with new credentials, a new signature, plain JSON, or a condition
	}
	allowed := sc.allowed(b.Op, status, what)
	got := results(outcomes, ce)
	for _, g := range got {
		if !slices.Contains(allowed, g) {
			sc.t.Errorf("%s, %d with %s: %q (%s), want one of %q", b.Op, status, what, g, describe(outcomes, ce), allowed)
			return
		}
	}
	if ce != nil && ce.Status != status {
		sc.t.Errorf("%s, %d with %s: the error says %d", b.Op, status, what, ce.Status)
	}
}

// results are what an answer says: the fault of the call, or the statuses.
func results(outcomes []user.Outcome, ce *destination.CallError) []string {
	if ce != nil {
		return []string{ce.Fault.String()}
	}
	var list []string
	for i := range outcomes {
		list = append(list, claim(outcomes, nil, i))
	}
	return list
}

const (
	perhaps  = "perhaps taken"
	notTaken = "not taken"
	refused  = "refused" // a fault and a status
	denied   = "denied"
	inDoubt  = string(user.InDoubt)
	exists   = string(user.Exists)
	missing  = string(user.Missing)
)

// allowed are the results allowed for a status whose body says nothing.
func (sc *scene) allowed(op user.Op, status int, what string) []string {
	switch {
	case status/100 == 2:
		return allowedSuccess(sc, op, status, what)
	case status/100 == 3 || status == 401 || status == 403 || status == 407:
		return []string{denied}
	case status == 404 && slices.Contains(sc.KeyInPath, op) && what == "a page":
		return []string{denied} // from a gateway, which knows no users
	case status == 404 && slices.Contains(sc.KeyInPath, op):
		return []string{missing, denied}
	case status == 404:
		return []string{denied}
	case status == 409 && op == user.Create:
		return []string{exists, refused}
	case status == 410 && op != user.Create:
		return []string{missing, refused, denied}
	case status == 425 || status == 429 || status == 503:
		return []string{notTaken}
	case status == 408 || status/100 == 5:
		return []string{perhaps}
	case status == 400 || status == 409 || status == 413 || status == 422:
		return []string{refused}
	}
	return []string{refused, denied, perhaps, inDoubt}
}

// allowedSuccess allows a success only if it says something about the user, or if the
// reference promises no more for this call.
func allowedSuccess(sc *scene, op user.Op, status int, what string) []string {
	list := []string{perhaps, inDoubt}
	unreadable := what == "a page" || what == "half of JSON" || what == "words"
	switch {
	case status == http.StatusAccepted:
		list = append(list, string(user.Accepted))
	case unreadable:
	case slices.Contains(sc.EmptySuccess, op), op == user.Delete && slices.Contains(sc.KeyInPath, op) && (what == "an empty object" || status == http.StatusNoContent):
		list = append(list, string(success[op]))
	}
	return list
}

// advice checks that Retry-After is read, as seconds and as a date.
func advice(sc *scene, b user.Batch) {
	sc.t.Helper()
	date := time.Now().UTC().Add(90 * time.Second).Format(http.TimeFormat)
	for _, status := range []int{425, 429, 503} {
		for text, want := range map[string]time.Duration{"7": 7 * time.Second, date: 90 * time.Second, "soon": 0, "": 0} {
			sc.stage.Playing(stage.Answering(status, "{}", "Retry-After", text))
			_, ce := sc.apply(sc.t.Context(), b)
			if ce == nil || ce.After.Round(time.Second) != want {
				sc.t.Errorf("%s, %d with Retry-After %q: %v", b.Op, status, text, ce)
			}
		}
	}
}

// uris returns the methods and addresses of calls.
func uris(calls []stage.Call) []string {
	var list []string
	for _, c := range calls {
		list = append(list, c.Method+" "+c.URI)
	}
	return slices.Clip(list)
}
