package stack_test

import (
	"context"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// crashing is an API that loses answers, and whose client panics when it reads.
type crashing struct{ destination.API }

func (crashing) Traits() destination.Traits { return destination.Traits{} }

func (crashing) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		r.MaybeSent, outcomes[i] = true, user.Outcome{Record: r, Status: user.InDoubt}
	}
	return outcomes, nil
}

func (crashing) Find(context.Context, *user.Record) (destination.Found, error) {
	panic("ann@example.com")
}

// A panic while users are read back is one of the caller's, who ends the run in good order.
func TestAPanicReachesTheCaller(t *testing.T) {
	defer func() {
		v := recover()
		if v == nil {
			t.Fatal("no panic")
		}
		if text := engine.Recovered(v).Error(); strings.Contains(text, "ann@") || !strings.Contains(text, "panic of type string in stack_test.crashing.Find, parallel_test.go:") {
			t.Error(text)
		}
	}()
	b := user.Batch{Op: user.Create, Records: []*user.Record{{User: user.User{ID: "a"}}, {User: user.User{ID: "b"}}}}
	_, _ = stack.Verified{API: crashing{}}.Apply(t.Context(), b)
}
