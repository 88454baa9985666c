package destinationtest

import (
	"fmt"
	"testing"

	"usersync/sync/user"
)

// items makes the sandbox refuse single users with their own statuses: each must mean
// the same as for a whole call.
func items(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		if op == user.Delete {
			continue
		}
		var calls int
		bubble(t, string(op)+" without", func(t *testing.T) { calls, _ = s.reference(t, op) })
		for status, want := range itemResults(op) {
			bubble(t, fmt.Sprint(op, " ", status), func(t *testing.T) {
				sc := s.open(t, targeted(fmt.Sprint("refuse=", status), calls, op)...)
				b, _ := mixed(sc, op)
				oneOf(sc, b, fmt.Sprint("each user refused with ", status), want...)
				checkInjected(sc, "refuse")
			})
		}
	}
}

func itemResults(op user.Op) map[int][]string {
	conflict := []string{refused}
	if op == user.Create {
		conflict = append(conflict, exists)
	}
	busy, unclear := []string{string(user.Busy), notTaken}, []string{inDoubt, perhaps}
	return map[int][]string{400: {refused}, 409: conflict, 422: {refused}, 429: busy, 503: busy, 408: unclear, 500: unclear, 502: unclear, 504: unclear}
}
