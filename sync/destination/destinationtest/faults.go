package destinationtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// general are the faults that every rehearsal has, as heads and moments. A
// status after the commit is one that leaves open whether the call was taken:
// the others would be lies of the API, which no client can find out.
var general = []string{
	"400", "401", "403", "404", "408", "408@after", "409", "413", "422", "425", "429", "429=7s", "500", "500@after", "502@after", "503", "503=30s", "504@after",
	"reset", "reset@after", "close", "lost", "hang", "hang=1s@after", "latency=200ms", "down", "down=502", "expire", "redirect",
	"html", "html@after", "empty", "empty@after", "cut",
}

// personal are those about single users of creates and updates.
var personal = []string{"refuse", "refuse=422", "refuse:50%", "poison", "poison=413", "poison:30%", "echo", "echo+refuse", "echo+refuse=422:50%"}

// honest leaves out what would be a lie: where the path holds the key, a 404 for
// a user who is there, and where the reference shows no body, a success without
// one for a call that was not made.
func honest(keyed, bare bool) []string {
	return slices.DeleteFunc(slices.Clone(general), func(f string) bool { return keyed && f == "404" || bare && f == "empty" })
}

// faults feeds the client each fault of its own rehearsal: what it says of a
// user is true of the rehearsal.
func faults(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		list := honest(slices.Contains(s.Keyed, op), slices.Contains(s.Bare, op))
		if op != user.Delete {
			list = append(list, personal...)
		}
		s.fed(t, op, list)
	}
}

// shapes does the same with the faults about answers to many users.
func shapes(s Suite, t *testing.T) {
	for op, list := range s.Shapes {
		s.fed(t, op, list)
	}
}

func (s Suite) fed(t *testing.T, op user.Op, list []string) {
	var calls int
	var data []string
	bubble(t, string(op)+" without", func(t *testing.T) { calls, data = s.unharmed(t, op) })
	for _, fault := range list {
		bubble(t, string(op)+" "+fault, func(t *testing.T) {
			sc := s.open(t, struck(fault, calls, op)...)
			b, before := mixed(sc, op)
			outcomes, ce := sc.apply(t.Context(), b)
			for i, r := range b.Records {
				verify(sc, op, r, claim(outcomes, ce, i), before[i], data[i])
			}
			sc.silent(fault, b, outcomes)
			didStrike(sc, fault)
			neverFollowed(sc)
		})
	}
}

// unharmed makes the call where nothing goes wrong. It returns how many calls
// lie before it, and what the rehearsal holds after it.
func (s Suite) unharmed(t *testing.T, op user.Op) (calls int, data []string) {
	sc := s.open(t)
	b, _ := mixed(sc, op)
	calls, _ = sc.stage.count()
	sc.must(b)
	for _, look := range sc.looks(b) {
		data = append(data, look.Data)
	}
	return calls, data
}

// mixed is a batch, a third of which an API that takes many at once has reason to
// complain of.
func mixed(sc *scene, op user.Op) (user.Batch, []Look) {
	sc.t.Helper()
	n := sc.batchSize(op)
	b := sc.ready(op, n)
	ill := map[int]bool{}
	for i := 2; i < n; i += 3 {
		ill[i] = true
	}
	if op == user.Create {
		spoil(sc, b, ill)
	} else {
		depart(sc, b, ill)
	}
	return b, sc.looks(b)
}

// struck writes faults so that they strike this kind of call only, behind the
// calls that prepare it.
func struck(fault string, calls int, op user.Op) []string {
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

// claim is what is said of one user: a status, or the fault of the call.
func claim(outcomes []user.Outcome, ce *destination.CallError, i int) string {
	if ce != nil {
		return ce.Fault.String()
	}
	return string(outcomes[i].Status)
}

// verify holds what is said of a user to the rehearsal. data is what a call that
// goes well leaves there.
func verify(sc *scene, op user.Op, r *user.Record, said string, before Look, data string) {
	sc.t.Helper()
	after := sc.sandbox.Look(r)
	done := after != before
	switch said {
	case string(user.Created):
		if after.Held == 0 || after.Created == before.Created && sc.traits.Ops[op].Replay != destination.Safe {
			sc.t.Errorf("record %d is said to be created: %d held, %d created, %d before", r.Origin.Record, after.Held, after.Created, before.Created)
		}
	case string(user.Updated):
		if after.Held == 0 || after.Data != data {
			sc.t.Errorf("record %d is said to be updated, and is not as it should be", r.Origin.Record)
		}
	case string(user.Deleted):
		if after.Held > 0 {
			sc.t.Errorf("record %d is said to be deleted, and is there", r.Origin.Record)
		}
	case string(user.Missing):
		if after.Held > 0 {
			sc.t.Errorf("record %d is said to be missing, and is there", r.Origin.Record)
		}
	case refused, string(user.Busy), notTaken, denied, string(user.Unchanged):
		if done {
			sc.t.Errorf("record %d is said to be %s, and something was done", r.Origin.Record, said)
		}
	}
	if after.Created > before.Created+1 {
		sc.t.Errorf("record %d was created %d times by one call", r.Origin.Record, after.Created-before.Created)
	}
	if after.Held > 1 && before.Held <= 1 && op != user.Create {
		sc.t.Errorf("record %d is held %d times", r.Origin.Record, after.Held)
	}
}

// didStrike holds that the test met what it is named for. A share of one user
// may be nobody, and an echo needs something to be said.
func didStrike(sc *scene, fault string) {
	sc.t.Helper()
	if !strings.Contains(fault, "%") && fault != "echo" && sc.sandbox.Struck() == 0 {
		sc.t.Errorf("the fault %s did not strike", fault)
	}
}

// silent holds that a user whom the answer does not mention is in doubt. Which
// of them that is only the rehearsal knows, but under these faults somebody is.
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
	sc.t.Errorf("an answer leaves out users, and of %d nobody is in doubt", len(b.Records))
}

// readFaults feeds Find each fault: nobody is absent who is there, and nobody
// there who is absent.
func readFaults(s Suite, t *testing.T) {
	if s.facts(t).Blind {
		return
	}
	var calls int
	bubble(t, "without", func(t *testing.T) {
		sc := s.open(t)
		sc.ready(user.Update, 1)
		calls, _ = sc.stage.count()
	})
	for _, fault := range honest(s.KeyedRead, false) {
		bubble(t, fault, func(t *testing.T) {
			sc := s.open(t, struck(fault, calls, "read")...)
			there := sc.ready(user.Update, 1).Records[0]
			if found, ce := sc.look(there); ce == nil && found.Presence == destination.Absent {
				t.Error("a user who is there is said to be absent")
			}
			there.Remote = ""
			if found, ce := sc.look(there); ce == nil && found.Presence == destination.Absent {
				t.Error("a user whose key is not known is said to be absent, and is there")
			}
			if found, ce := sc.look(sc.Record(1, 0)); ce == nil && found.Presence > destination.Absent {
				t.Error("a user who is absent is said to be there")
			}
			didStrike(sc, fault)
			neverFollowed(sc)
		})
	}
}

// crowd makes many calls at once, some of which fail.
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
					errs <- fmt.Sprintf("record %d is said to be created", n+1)
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
