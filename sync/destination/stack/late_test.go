package stack_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// tardy is an API that completes the first create after its caller has given up.
type tardy struct {
	readable
	gaveUp func() error
	over   chan struct{}
	begun  *atomic.Bool
}

func (s tardy) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op == user.Create && s.begun.CompareAndSwap(false, true) {
		go func() {
			defer close(s.over)
			time.Sleep(time.Minute)
			_, _ = s.readable.Apply(context.WithoutCancel(ctx), b)
		}()
		return nil, s.gaveUp()
	}
	return s.readable.Apply(ctx, b)
}

// A create that cannot be replayed may still be in progress when its caller looks for
// the user: not finding it proves nothing.
func TestCreateThatComesLate(t *testing.T) {
	for name, ce := range map[string]destination.CallError{
		"timeout": {Code: "timeout"}, "gateway": {Code: "http_504", Status: 504}, "proxy": {Fault: destination.NotTaken, Code: "http_503", Status: 503},
		"cut": {Code: "cut_answer", Status: 201},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{}.fake()
				api := tardy{readable{f}, func() error { return &ce }, make(chan struct{}), new(atomic.Bool)}
				r := records("a=1", user.Upsert)
				got, err := aroundClient(api, new(pacer), 5).Apply(t.Context(), user.Batch{Op: user.Create, Records: r})
				<-api.over
				if err != nil || got[0].Status != user.InDoubt || f.created["a"] != 1 {
					t.Errorf("%s %s (%v), created %d times", got[0].Status, got[0].Code, err, f.created["a"])
				}
			})
		})
	}
}

// Nor does it if the process that made the call was killed a moment ago.
func TestCreateOfAKilledProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{}.fake()
		go func() {
			time.Sleep(20 * time.Second)
			_, _ = readable{f}.Apply(context.Background(), user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)})
		}()
		inner := limited.Limited{Destination: readable{f}, Pacer: new(pacer), Wire: t.Context()}
		verified := stack.Verified{API: stack.Retried{API: inner, Pacer: new(pacer)}, Quiet: stack.NewQuiet(time.Now(), 30*time.Second)}
		got, err := verified.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("?a=1", user.Upsert)})
		if err != nil || got[0].Status != user.Created || got[0].Code != user.CodeReadBack || f.created["a"] != 1 {
			t.Errorf("%s %s (%v), created %d times", got[0].Status, got[0].Code, err, f.created["a"])
		}
	})
}

// Nor does it if another row of this run made that call a moment ago.
func TestRowAfterACreateThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{}.fake()
		api := tardy{readable{f}, func() error { return &destination.CallError{Code: "timeout"} }, make(chan struct{}), new(atomic.Bool)}
		o := options(new(pacer), 2)
		o.Quiet = stack.NewQuiet(time.Now().Add(-time.Hour), 2*time.Minute)
		wrapped := o.Wrap(api)
		for _, send := range []struct {
			row  string
			want user.Status
		}{{"a=1", user.InDoubt}, {"?a=2", user.Updated}} {
			got, err := wrapped.Apply(t.Context(), user.Batch{Op: user.Create, Records: records(send.row, user.Upsert)})
			if err != nil || got[0].Status != send.want {
				t.Errorf("%s: %s %s (%v)", send.row, got[0].Status, got[0].Code, err)
			}
		}
		<-api.over
		if f.created["a"] != 1 || f.users["a"][user.Email] != "2" {
			t.Errorf("created %d times, holds %s", f.created["a"], f.holds())
		}
	})
}
