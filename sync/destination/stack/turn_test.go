package stack_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/user"
)

// twofold is a client whose every Apply and Find makes two calls.
type twofold struct {
	destination.API
	first, second error
}

func (c twofold) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	return make([]user.Outcome, len(b.Records)), c.both(ctx, string(user.Delete))
}

func (c twofold) Find(ctx context.Context, _ *user.Record) (destination.Found, error) {
	return destination.Found{}, c.both(ctx, destination.ReadCall)
}

func (c twofold) both(ctx context.Context, kind string) error {
	if ended(ctx, http.MethodDelete, c.first); c.first != nil {
		return c.first
	}
	if err := destination.NextCall(ctx, kind); err != nil {
		return err
	}
	ended(ctx, http.MethodDelete, c.second)
	return c.second
}

// one is a pacer with a single slot, which ends the run after some calls.
type one struct {
	ends
	left, out int
}

var errOver = errors.New("the run is over")

func (o *one) Begin(ctx context.Context) (func(int, bool), error) {
	if o.out++; o.out > 1 {
		return nil, errors.New("two calls at once")
	}
	if o.left--; o.left < 0 {
		o.out--
		return nil, errOver
	}
	end, err := o.ends.Begin(ctx)
	return func(status int, through bool) { o.out--; end(status, through) }, err
}

// Each of several calls waits for its own turn, one after the other, and is counted by
// its own kind.
func TestNextCall(t *testing.T) {
	denied := &destination.CallError{Fault: destination.Denied, Status: 403, Code: "http_403"}
	for name, test := range map[string]struct {
		client  twofold
		left    int
		status  []int
		met     destination.CallCounts
		applied error
	}{
		"both":              {twofold{}, 2, []int{200, 200}, destination.CallCounts{"create": {"ok": 1}, "delete": {"ok": 1}}, nil},
		"the first fails":   {twofold{first: denied}, 2, []int{403}, destination.CallCounts{"create": {"http_403": 1}}, denied},
		"the second fails":  {twofold{second: denied}, 2, []int{200, 403}, destination.CallCounts{"create": {"ok": 1}, "delete": {"http_403": 1}}, denied},
		"the run ends":      {twofold{}, 1, []int{200}, destination.CallCounts{"create": {"ok": 1}}, errOver},
		"the run was ended": {twofold{}, 0, nil, destination.CallCounts{}, errOver},
	} {
		p, calls := &one{left: test.left}, new(destination.Calls)
		inner := limited.Limited{Destination: test.client, Pacer: p, Wire: t.Context(), Calls: calls}
		test.client.API = readable{scene{}.fake()}
		inner.Destination = test.client
		_, err := inner.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a", user.Create)})
		if err != test.applied || p.out != 0 || !cmp.Equal(p.status, test.status) || !cmp.Equal(calls.Counts(), test.met) {
			t.Errorf("%s: %v, %d out, ended %v, %v", name, err, p.out, p.status, calls.Counts())
		}
	}
}

func TestNextCallWithinARead(t *testing.T) {
	p, calls := &one{left: 2}, new(destination.Calls)
	inner := limited.Limited{Destination: twofold{API: readable{scene{}.fake()}}, Pacer: p, Wire: t.Context(), Calls: calls}
	if _, err := inner.Find(t.Context(), records("a", user.Create)[0]); err != nil || p.begun != 2 || calls.Counts()["read"]["ok"] != 2 {
		t.Errorf("%v after %d calls, %v", err, p.begun, calls.Counts())
	}
}

// Without middleware there is no wait.
func TestNextCallWithoutMiddleware(t *testing.T) {
	if err := destination.NextCall(t.Context(), destination.ReadCall); err != nil {
		t.Error(err)
	}
}

// answered is a client that makes several calls for a record. The last one is refused.
type answered struct {
	destination.API
	calls []call
}

type call struct {
	method string
	status int // 0: there was no call
}

func (c answered) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	for i, call := range c.calls {
		if i > 0 {
			if err := destination.NextCall(ctx, string(b.Op)); err != nil {
				return nil, err
			}
		}
		if call.status > 0 {
			destination.CallEnded(ctx, call.method, destination.Ending{Status: call.status})
		}
	}
	return user.Outcome{Status: user.Refused}.For(b.Records), nil
}

// A record of which one call took effect was perhaps taken, although a later call is refused.
func TestRefusedAfterACallTookEffect(t *testing.T) {
	for name, test := range map[string]struct {
		calls []call
		left  int
		want  bool
	}{
		"one call":           {calls: []call{{http.MethodPatch, 400}}},
		"a change":           {calls: []call{{http.MethodPatch, 200}, {http.MethodDelete, 402}}, want: true},
		"a read in between":  {calls: []call{{http.MethodPatch, 204}, {http.MethodGet, 200}, {http.MethodDelete, 402}}, want: true},
		"a read":             {calls: []call{{http.MethodGet, 200}, {http.MethodPatch, 400}}},
		"a refusal":          {calls: []call{{http.MethodPatch, 400}, {http.MethodPatch, 400}}},
		"no call":            {calls: []call{{http.MethodPatch, 0}, {http.MethodPatch, 400}}},
		"the run ends there": {calls: []call{{http.MethodPatch, 200}, {http.MethodDelete, 402}}, left: 1, want: true},
	} {
		p := &one{left: len(test.calls)}
		if test.left > 0 {
			p.left = test.left
		}
		inner := limited.Limited{Destination: answered{readable{scene{}.fake()}, test.calls}, Pacer: p, Wire: t.Context()}
		b := user.Batch{Op: user.Update, Records: records("a", user.Update)}
		inner.Apply(t.Context(), b) // its outcome is not what this is about
		if got := b.Records[0].PerhapsTaken; got != test.want {
			t.Errorf("%s: perhaps taken %t", name, got)
		}
	}
}

// Nor does it say that a record was not taken if the call that follows is denied.
func TestDeniedAfterACallTookEffect(t *testing.T) {
	denied := &destination.CallError{Fault: destination.Denied, Status: 403, Code: "http_403"}
	for _, c := range []twofold{{first: denied}, {second: denied}} {
		c.API = readable{scene{}.fake()}
		inner := limited.Limited{Destination: c, Pacer: &one{left: 2}, Wire: t.Context()}
		b := user.Batch{Op: user.Update, Records: records("a", user.Update)}
		if _, err := inner.Apply(t.Context(), b); err != denied || b.Records[0].PerhapsTaken != (c.second != nil) {
			t.Errorf("%v, perhaps taken %t", err, b.Records[0].PerhapsTaken)
		}
	}
}
