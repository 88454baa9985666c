package destinationtest

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// readStatuses answers a read-back with every status: one that says nothing about the
// user must not count as a result.
func readStatuses(s Suite, t *testing.T) {
	if s.facts(t).Blind {
		return
	}
	bubble(t, "find", func(t *testing.T) {
		sc := s.open(t)
		r := sc.ready(user.Update, 1).Records[0]
		for _, status := range played {
			for what, body := range bodiesOf(status) {
				sc.stage.Playing(stage.Answering(status, body, "Location", "/elsewhere"))
				checkRead(sc, r, status, what)
			}
		}
		checkNoRedirect(sc)
	})
}

func checkRead(sc *scene, r *user.Record, status int, what string) {
	sc.t.Helper()
	found, ce := sc.look(r)
	if ce != nil && ce.Fault == destination.NotTaken && (status == 401 || status == 403) {
		found, ce = sc.look(r)
	}
	got := [...]string{"unknown", "absent", "same", "different"}[found.Presence]
	if ce != nil {
		got = ce.Fault.String()
	}
	allowed := []string{"unknown", perhaps, refused, denied}
	switch {
	case status/100 == 3 || status == 401 || status == 403 || status == 407:
		allowed = []string{denied}
	case status == 404 && sc.KeyInFindPath && what != "a page", status == 410 && sc.KeyInFindPath:
		allowed = append(allowed, "absent")
	case status == 425 || status == 429 || status == 503:
		allowed = []string{notTaken}
	case status == 408 || status/100 == 5:
		allowed = []string{perhaps}
	}
	if !slices.Contains(allowed, got) {
		sc.t.Errorf("Find, %d with %s: %q, want one of %q", status, what, got, allowed)
	}
}

// readFaults feeds Find each fault: it must not report an existing user as absent, or
// an absent user as existing.
func readFaults(s Suite, t *testing.T) {
	if s.facts(t).Blind {
		return
	}
	var calls int
	bubble(t, "without", func(t *testing.T) {
		sc := s.open(t)
		sc.ready(user.Update, 1)
		calls, _ = sc.stage.Count()
	})
	for _, fault := range honest(s.KeyInFindPath, false) {
		bubble(t, fault, func(t *testing.T) {
			sc := s.open(t, targeted(fault, calls, "read")...)
			there := sc.ready(user.Update, 1).Records[0]
			if found, ce := sc.look(there); ce == nil && found.Presence == destination.Absent {
				t.Error("an existing user is reported absent")
			}
			there.Remote = ""
			if found, ce := sc.look(there); ce == nil && found.Presence == destination.Absent {
				t.Error("a user whose key is not known is reported absent, and exists")
			}
			if found, ce := sc.look(sc.Record(1, 0)); ce == nil && found.Presence > destination.Absent {
				t.Error("an absent user is reported as existing")
			}
			checkInjected(sc, fault)
			checkNoRedirect(sc)
		})
	}
}
