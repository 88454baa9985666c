package destinationtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usersync/sync/user"
)

// general are the faults that every sandbox has, as heads and moments. A status after
// the commit must leave open whether the call was taken: any other status would be a
// lie of the API, which no client can detect.
var general = []string{
	"400", "401", "403", "404", "408", "408@after", "409", "413", "422", "425", "429", "429=7s", "500", "500@after", "502@after", "503", "503=30s", "504@after",
	"reset", "reset@after", "close", "lost", "hang", "hang=1s@after", "latency=200ms", "down", "down=502", "expire", "redirect",
	"html", "html@after", "empty", "empty@after", "cut",
}

// personal are faults about single users of creates and updates.
var personal = []string{"refuse", "refuse=422", "refuse:50%", "poison", "poison=413", "poison:30%", "echo", "echo+refuse", "echo+refuse=422:50%"}

// honest leaves out faults that would be lies: a 404 for an existing user if the path
// holds the key, and an empty success for a call that was not made if the reference
// shows no body.
func honest(keyed, bare bool) []string {
	return slices.DeleteFunc(slices.Clone(general), func(f string) bool { return keyed && f == "404" || bare && f == "empty" })
}

// faults feeds the client each fault of its sandbox: what it says about a user must be
// true in the sandbox.
func faults(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		list := honest(slices.Contains(s.KeyInPath, op), slices.Contains(s.EmptySuccess, op))
		if op != user.Delete {
			list = append(list, personal...)
		}
		s.feed(t, op, list)
	}
}

// shapes does the same with faults in the shape of answers about many users.
func shapes(s Suite, t *testing.T) {
	for op, list := range s.Shapes {
		s.feed(t, op, list)
	}
}

func (s Suite) feed(t *testing.T, op user.Op, list []string) {
	var calls int
	var data []string
	bubble(t, string(op)+" without", func(t *testing.T) { calls, data = s.reference(t, op) })
	for _, fault := range list {
		bubble(t, string(op)+" "+fault, func(t *testing.T) {
			sc := s.open(t, targeted(fault, calls, op)...)
			b, before := mixed(sc, op)
			outcomes, ce := sc.apply(t.Context(), b)
			for i, r := range b.Records {
				verify(sc, op, r, claim(outcomes, ce, i), before[i], data[i])
			}
			sc.silent(fault, b, outcomes)
			checkInjected(sc, fault)
			checkNoRedirect(sc)
		})
	}
}

// reference makes the call without faults. It returns how many calls came before it,
// and what the sandbox holds after it.
func (s Suite) reference(t *testing.T, op user.Op) (calls int, data []string) {
	sc := s.open(t)
	b, _ := mixed(sc, op)
	calls, _ = sc.stage.Count()
	sc.must(b)
	for _, look := range looks(sc.sandbox, b) {
		data = append(data, look.Data)
	}
	return calls, data
}

// mixed is a batch in which an API that takes many users has reason to refuse a third.
func mixed(sc *scene, op user.Op) (user.Batch, []Look) {
	sc.t.Helper()
	n := sc.batchSize(op)
	b := sc.ready(op, n)
	bad := map[int]bool{}
	for i := 2; i < n; i += 3 {
		bad[i] = true
	}
	if op == user.Create {
		precreate(sc, b, bad)
	} else {
		predelete(sc, b, bad)
	}
	return b, looks(sc.sandbox, b)
}

// targeted writes faults so that they hit this kind of call only, after the calls that
// prepare it.
func targeted(fault string, calls int, op user.Op) []string {
	var list []string
	for head := range strings.SplitSeq(fault, "+") {
		head, moment, after := strings.Cut(head, "@")
		if after {
			moment = "@" + moment
		}
		list = append(list, fmt.Sprintf("%s:#%d-%s/%s", head, calls+1, moment, op))
	}
	return list
}

// checkInjected checks that the test's fault took effect. A share of one user may be
// none, and an echo needs an answer that has text.
func checkInjected(sc *scene, fault string) {
	sc.t.Helper()
	if !strings.Contains(fault, "%") && fault != "echo" && sc.sandbox.Injected() == 0 {
		sc.t.Errorf("the fault %s did not take effect", fault)
	}
}

// silent checks that a user missing from the answer is in doubt. Only the sandbox knows
// which one that is, but with this fault there is at least one.
func (sc *scene) silent(fault string, b user.Batch, outcomes []user.Outcome) {
	sc.t.Helper()
	if fault != "short" || outcomes == nil {
		return
	}
	for _, o := range outcomes {
		if o.Status == user.InDoubt {
			return
		}
	}
	sc.t.Errorf("an answer leaves out users, and none of %d is in doubt", len(b.Records))
}

// crowd makes many calls in parallel, some of which fail.
func crowd(s Suite, t *testing.T) {
	bubble(t, "create", func(t *testing.T) {
		sc := s.open(t, "500:20%/create", "lost:20%/create", "429:20%/create")
		const callers = 16
		errs := make(chan string, callers)
		for n := range callers {
			go func() {
				b := sc.people(user.Create, n, n+1, 0)
				outcomes, err := sc.client.Apply(t.Context(), b)
				if err == nil && outcomes[0].Status == user.Created && sc.sandbox.Look(b.Records[0]).Created != 1 {
					errs <- fmt.Sprintf("record %d is reported created", n+1)
					return
				}
				errs <- ""
			}()
		}
		for range callers {
			if e := <-errs; e != "" {
				t.Error(e)
			}
		}
	})
}
