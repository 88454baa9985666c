package destinationtest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/destination/limited"
	"usersync/sync/user"
)

// counts compares the table of calls with what the sandbox counts, one by one: without a
// fault and with each. Some users of each batch cannot be created, or do not exist, which
// makes some clients look further.
func counts(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		var before int
		bubble(t, string(op)+" without", func(t *testing.T) {
			sc := s.open(t)
			b, _ := mixed(sc, op)
			before, _ = sc.stage.Count()
			sc.compare("", op, func(inner limited.Limited) int { return sc.applyAll(inner, b) })
		})
		list := slices.Concat(general, s.Shapes[op])
		if op != user.Delete {
			list = append(list, personal...)
		}
		for _, fault := range list {
			bubble(t, string(op)+" "+fault, func(t *testing.T) {
				sc := s.open(t, targeted(fault, before, op)...)
				b, _ := mixed(sc, op)
				sc.compare(fault, op, func(inner limited.Limited) int { return sc.applyAll(inner, b) })
			})
		}
	}
}

// readCounts does the same with reads.
func readCounts(s Suite, t *testing.T) {
	if s.facts(t).Blind {
		return
	}
	var before int
	bubble(t, "without", func(t *testing.T) {
		sc := s.open(t)
		sc.ready(user.Update, 1)
		before, _ = sc.stage.Count()
	})
	for _, fault := range append([]string{""}, general...) {
		bubble(t, fault, func(t *testing.T) {
			var faults []string
			if fault != "" {
				faults = targeted(fault, before, destination.ReadCall)
			}
			sc := s.open(t, faults...)
			r := sc.ready(user.Update, 1).Records[0]
			sc.compare(fault, destination.ReadCall, func(inner limited.Limited) int {
				_, err := inner.Find(t.Context(), r)
				return disbelieved(sc.t, nil, err)
			})
		})
	}
}

// applyAll sends b in as many calls as it takes. It returns how many of them had a success
// that said nothing.
func (sc *scene) applyAll(inner limited.Limited, b user.Batch) (doubts int) {
	sc.t.Helper()
	for part := range slices.Chunk(b.Records, inner.Traits().Ops[b.Op].Max) {
		outcomes, err := inner.Apply(sc.t.Context(), b.Of(part))
		doubts += disbelieved(sc.t, outcomes, err)
	}
	return doubts
}

// disbelieved returns 1 if the client does not believe a success, otherwise 0.
func disbelieved(t testing.TB, outcomes []user.Outcome, err error) int {
	t.Helper()
	ce := expect.CallError(t, err)
	settled := func(o user.Outcome) bool { return o.Status != user.InDoubt }
	if ce != nil && ce.Status/100 == 2 || len(outcomes) > 0 && !slices.ContainsFunc(outcomes, settled) {
		return 1
	}
	return 0
}

// compare makes calls, and compares the table of calls with what the sandbox counted.
func (sc *scene) compare(fault string, op user.Op, do func(limited.Limited) (doubts int)) {
	sc.t.Helper()
	before := answers(sc.sandbox)
	made := new(destination.Calls)
	doubts := do(limited.Limited{Destination: sc.client, Pacer: new(wired.OpenGate), Wire: context.Background(), Calls: made})
	synctest.Wait() // until the sandbox has counted the calls that the client gave up
	want := tally{}
	for kind, now := range answers(sc.sandbox) {
		for status, n := range now {
			if n -= before[kind][status]; n > 0 {
				want.add(kind, toldAs(fault, kind == string(op), status), n)
			}
		}
	}
	if unsure := want[string(op)]; unsure[believed] >= doubts && doubts > 0 { // only the client knows what an answer says to it
		want.add(string(op), doubted, doubts)
		if unsure[believed] -= doubts; unsure[believed] == 0 {
			delete(unsure, believed)
		}
	}
	got := tally{}
	for kind, results := range made.Counts() {
		for result, n := range results {
			got.add(kind, group(result), n)
		}
	}
	if !maps.EqualFunc(want, got, maps.Equal) {
		sc.t.Errorf("the server counts %v, and the table of calls says %v: %v", want, got, made.Counts())
	}
}

const (
	believed = "2xx"       // answered, and taken for an answer
	doubted  = "no such"   // answered with a success that says nothing
	silence  = "no answer" // lost on the way, or never sent
)

// brokenCounts does the same where the stage answers: with every status, and by breaking
// the connection.
func brokenCounts(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op)+" statuses", func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			for _, status := range played {
				sc.stage.Playing(stage.Answering(status, "{}", "Location", "/elsewhere"))
				sc.compareSeen(op, b, "")
			}
		})
		for name, broken := range breaks() {
			if broken.tcp {
				continue
			}
			bubble(t, string(op)+", "+name, func(t *testing.T) {
				sc := s.open(t)
				b := sc.ready(op, 1)
				broken.arrange(sc)
				sc.compareSeen(op, b, broken.counted)
			})
		}
	}
}

// compareSeen makes a call, and compares the table of calls with what the stage saw: its
// statuses or, if the stage broke the call, the given result.
func (sc *scene) compareSeen(op user.Op, b user.Batch, result string) {
	sc.t.Helper()
	sc.stage.Calls()
	made := new(destination.Calls)
	inner := limited.Limited{Destination: sc.client, Pacer: new(wired.OpenGate), Wire: context.Background(), Calls: made}
	if _, err := inner.Apply(sc.t.Context(), b); err != nil && destination.AsCallError(err) == nil {
		sc.t.Fatal(err)
	}
	synctest.Wait() // until the stage has seen the end of every call
	want, got := tally{}, tally{}
	for _, c := range sc.stage.Calls() {
		switch {
		case bytes.Contains(c.Body, []byte("grant_type")):
		case result != "":
			want.add(kindOf(op, c.Method), result, 1)
		case c.Status >= 300:
			want.add(kindOf(op, c.Method), destination.StatusCode(c.Status), 1)
		default:
			want.add(kindOf(op, c.Method), believed, 1)
		}
	}
	if len(want) == 0 { // only the client knows of the call
		want.add(string(op), result, 1)
	}
	for kind, results := range made.Counts() {
		for what, n := range results {
			if g := group(what); result == "" && (g == doubted || g == believed) {
				what = believed // the client decides whether {} says something
			}
			got.add(kind, what, n)
		}
	}
	if !maps.EqualFunc(want, got, maps.Equal) {
		sc.t.Errorf("the server saw %v, and the table of calls says %v", want, got)
	}
}
