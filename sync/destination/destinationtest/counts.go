package destinationtest

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/limited"
	"usersync/sync/user"
)

// counts compares the table of calls with what the server saw: the kinds of calls, and
// which of them went well. Some users of each batch cannot be created, or do not exist,
// which makes some clients look further.
func counts(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			bad := map[int]bool{0: true}
			if op == user.Create {
				precreate(sc, b, bad)
			} else {
				predelete(sc, b, bad)
			}
			sc.stage.Calls() // of the preparation
			made := new(destination.Calls)
			inner := limited.Limited{Destination: sc.client, Pacer: new(wired.OpenGate), Wire: context.Background(), Calls: made}
			for part := range slices.Chunk(b.Records, sc.traits.Ops[op].Max) {
				if _, err := inner.Apply(t.Context(), b.Of(part)); err != nil && !isCallError(err) {
					t.Fatal(err)
				}
			}
			compareCounts(t, op, sc.stage.Calls(), made.Counts())
		})
	}
}

func compareCounts(t *testing.T, op user.Op, seen []stage.Call, counted destination.CallCounts) {
	t.Helper()
	type tally struct{ ok, other int }
	server, ours := map[string]tally{}, map[string]tally{}
	for _, c := range seen {
		kind, n := string(op), tally{}
		if c.Method == http.MethodGet {
			kind = destination.ReadCall
		}
		if bytes.Contains(c.Body, []byte("grant_type")) { // a token is no call about a user
			continue
		}
		if n = server[kind]; c.Status < 400 {
			n.ok++
		} else {
			n.other++
		}
		server[kind] = n
	}
	for kind, results := range counted {
		n := ours[kind]
		if kind != destination.ReadCall {
			n = ours[string(op)] // a client may update where it was told to delete
		}
		n.ok += results["ok"]
		n.other += results.Total() - results["ok"]
		if kind != destination.ReadCall {
			kind = string(op)
		}
		ours[kind] = n
	}
	for _, kind := range []string{destination.ReadCall, string(op)} {
		if server[kind] != ours[kind] {
			t.Errorf("%s: the server saw %+v, and the table says %+v: %v", kind, server[kind], ours[kind], counted)
		}
	}
}

func isCallError(err error) bool {
	_, is := err.(*destination.CallError)
	return is
}
