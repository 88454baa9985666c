package destinationtest

import (
	"fmt"
	"testing"

	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/user"
)

// unanswered loses the answer to every attempt. When the retries are used up, the last one may
// still take effect: the user is in doubt, though a read-back shows that nothing was done.
func unanswered(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		for _, fault := range []string{"reset", "hang", "504"} {
			var calls int
			bubble(t, string(op)+" without", func(t *testing.T) { calls, _ = s.reference(t, op) })
			bubble(t, string(op)+" "+fault, func(t *testing.T) {
				sc := s.open(t, fmt.Sprintf("%s:#%d-/%s", fault, calls+1, op))
				b, before := mixed(sc, op)
				b = b.Of(b.Records[:1])
				outcomes, err := wired.Middleware{Retries: 2}.Wrap(sc.client).Apply(t.Context(), b)
				if err != nil {
					t.Fatal(err)
				}
				if o := outcomes[0]; o.Status != user.InDoubt {
					t.Errorf("a user is %s (%s) after %d attempts without an answer", o.Status, o.Code, o.Attempts)
				}
				if sc.sandbox.Look(b.Records[0]) != before[0] {
					t.Errorf("the fault %s did something", fault)
				}
				checkInjected(sc, fault)
			})
		}
	}
}
