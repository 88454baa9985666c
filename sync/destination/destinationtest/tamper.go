package destinationtest

import (
	"bytes"
	"slices"
	"strconv"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// tampered replays the API's own success with statuses that do not fit it, and
// truncated: it must not be a success anymore.
func tampered(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			own := stage.NewTape(sc.sandbox)
			sc.stage.Playing(own.Record)
			sc.must(b)
			whole := func(body []byte) []byte { return body }
			sc.stage.Playing(own.Played(0, whole))
			oneOf(sc, b, "its own answer again", string(success[op]), string(user.Accepted))
			for status, want := range misfits(op) {
				sc.stage.Playing(own.Played(status, whole))
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
func cuts(sc *scene, b user.Batch, own *stage.Tape) {
	sc.t.Helper()
	longest := own.Longest()
	for at := 1; at < longest; at += max(1, longest/100) {
		sc.stage.Playing(own.Played(0, func(body []byte) []byte { return body[:min(at, max(len(bytes.TrimSpace(body))-1, 0))] }))
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
