package destinationtest

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// replay makes each call twice: what Replay says about the second must be true in the
// sandbox.
func replay(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			first := sc.must(b)
			after := looks(sc.sandbox, b)
			second, ce := sc.apply(t.Context(), b)
			if ce != nil && ce.Fault != destination.RefusedWhole {
				t.Fatal(ce)
			}
			for i, r := range b.Records {
				twice(sc, op, r, first[i], outcomeOf(second, i), after[i])
			}
		})
	}
}

// again are the statuses of a safe create or update that was made before.
var again = []user.Status{user.Created, user.Updated, user.Unchanged, user.Accepted}

func outcomeOf(outcomes []user.Outcome, i int) user.Outcome {
	if outcomes == nil {
		return user.Outcome{Status: user.Refused}
	}
	return outcomes[i]
}

// twice checks a call that was made again; between is the user between the two calls.
func twice(sc *scene, op user.Op, r *user.Record, first, second user.Outcome, between Look) {
	sc.t.Helper()
	now := sc.sandbox.Look(r)
	if first.Status != success[op] && first.Status != user.Accepted {
		sc.t.Errorf("the first %s: %q", op, first.Status)
	}
	switch replay := sc.traits.Ops[op].Replay; {
	case replay == destination.Unsafe && op != user.Create:
	case replay == destination.Unsafe:
		if doubled := now.Created > between.Created; doubled != (second.Status == user.Created || second.Status == user.Accepted) {
			sc.t.Errorf("an unsafe %s made again: %q, and %d users were created", op, second.Status, now.Created)
		}
	case now.Created != between.Created || now.Held != between.Held || now.Data != between.Data:
		sc.t.Errorf("a %s made again changes something: %d held and %d created, then %d and %d", op, between.Held, between.Created, now.Held, now.Created)
	case replay == destination.Detectable && second.Status != user.Exists:
		sc.t.Errorf("a detectable %s made again: %q", op, second.Status)
	case replay == destination.Safe && op == user.Delete && second.Status != user.Missing && second.Status != user.Deleted:
		sc.t.Errorf("a safe %s made again: %q", op, second.Status)
	case replay == destination.Safe && op != user.Delete && !slices.Contains(again, second.Status):
		sc.t.Errorf("a safe %s made again: %q", op, second.Status)
	}
}

func looks(sandbox Sandbox, b user.Batch) []Look {
	list := make([]Look, len(b.Records))
	for i, r := range b.Records {
		list[i] = sandbox.Look(r)
	}
	return list
}

// order mixes good and bad users in one call: each outcome must be at its own record's
// index.
func order(s Suite, t *testing.T) {
	facts := s.facts(t)
	for _, op := range opsOf(facts) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			n := sc.batchSize(op)
			b := sc.ready(op, n)
			bad := map[int]bool{}
			for i := 0; i < n; i += 2 {
				bad[i] = true
			}
			if op == user.Create {
				precreate(sc, b, bad)
			} else {
				predelete(sc, b, bad)
			}
			for i, o := range sc.must(b) {
				if want := sc.expected(op, bad[i]); o.Status != want && want != "" {
					t.Errorf("%d of %d: %q %s, want %q", i+1, n, o.Status, o.Code, want)
				}
			}
		})
	}
}

// expected is the outcome of a user; "" if the traits leave it open.
func (sc *scene) expected(op user.Op, bad bool) user.Status {
	switch {
	case !bad:
		return success[op]
	case op != user.Create:
		return user.Missing
	case sc.traits.Ops[op].Replay == destination.Detectable:
		return user.Exists
	}
	return ""
}

// precreate creates some users of a batch beforehand.
func precreate(sc *scene, b user.Batch, bad map[int]bool) {
	sc.settle(b.Of(some(b, bad)))
}

// predelete deletes some users of a batch beforehand, or gives them unused keys if the
// API cannot delete.
func predelete(sc *scene, b user.Batch, bad map[int]bool) {
	for _, r := range some(b, bad) {
		if _, can := sc.traits.Ops[user.Delete]; can {
			sc.must(user.Batch{Op: user.Delete, Records: []*user.Record{r}})
		} else if r.User.ID += "gone"; sc.traits.OwnKeys {
			r.Remote = "00000000-0000-4000-8000-000000000000"
		}
	}
}

func some(b user.Batch, which map[int]bool) []*user.Record {
	var list []*user.Record
	for i, r := range b.Records {
		if which[i] {
			list = append(list, r)
		}
	}
	return list
}
