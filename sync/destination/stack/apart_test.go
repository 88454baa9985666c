package stack_test

import (
	"context"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// A user that crashes the server fails no others: on its last attempt the batch is
// split, and only that user fails.
func TestServerThatFailsOnOneUser(t *testing.T) {
	for name, n := range map[string]int{"among two": 2, "among a hundred": 100} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{replay: destination.Detectable}.fake()
				const culprit = "u001"
				f.applied = func(_ int, b user.Batch) fault {
					for _, r := range b.Records {
						if r.User.ID == culprit {
							return error500
						}
					}
					return none
				}
				batch := user.Batch{Number: 1, Op: user.Create, Records: records(many(n), user.Upsert)}
				outcomes, err := around(f, false, new(pacer), 2).Apply(context.Background(), batch)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range outcomes {
					want := user.Created
					if o.Record.User.ID == culprit {
						want = user.Failed
					}
					if o.Status != want {
						t.Errorf("%s is %s %s, want %s", o.Record.User.ID, o.Status, o.Code, want)
					}
				}
				if len(f.calls) > 4+splitCalls(n) { // the first attempt counts late: there are no other calls
					t.Errorf("%d calls", len(f.calls))
				}
			})
		})
	}
}

// splitCalls is the cost of finding one bad user among n: two calls per split.
func splitCalls(n int) int {
	calls := 0
	for ; n > 1; n = (n + 1) / 2 {
		calls += 2
	}
	return calls
}
