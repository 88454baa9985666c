package stack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/split"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// ends is a pacer that records how calls end.
type ends struct {
	pacer
	begun  int
	status []int
	got    []bool
}

func (e *ends) Begin(ctx context.Context) (func(int, bool), error) {
	e.begun++
	end, err := e.pacer.Begin(ctx)
	return func(status int, through bool) {
		e.status, e.got = append(e.status, status), append(e.got, through)
		end(status, through)
	}, err
}

func TestLimitedTellsHowEachCallEnds(t *testing.T) {
	for sort, through := range map[fault]bool{
		none: true, whole400: true, whole409: true, denied: true,
		lostAfter: false, error500: false, busy503: false, busy429: false,
	} {
		f, e := scene{faults: []fault{sort}, reads: []fault{sort}}.fake(), new(ends)
		inner := limited.Limited{Destination: readable{f}, Pacer: e, Wire: t.Context()}
		one := user.Batch{Op: user.Create, Records: records("a=1", user.Create)}
		_, errCall := inner.Apply(t.Context(), one)
		_, errRead := inner.Find(t.Context(), one.Records[0])
		if len(e.got) != 2 || e.begun != 2 || e.got[0] != through || e.got[1] != through {
			t.Errorf("%s: %d begun, ended %v with %v", sort, e.begun, e.got, e.status)
		}
		if (errCall == nil) != (sort == none) || (errRead == nil) != (sort == none) {
			t.Errorf("%s: %v, %v", sort, errCall, errRead)
		}
	}
}

// A call that ended here says nothing about the API, and an API whose token endpoint answers is
// not silent.
func TestLimitedTellsWhatTheAPISaid(t *testing.T) {
	for _, c := range []struct {
		want int
		ce   *destination.CallError
	}{
		{0, &destination.CallError{Code: "eof"}},
		{503, &destination.CallError{Fault: destination.NotTaken, Code: "token_http_503", TokenStatus: 503}},
		{0, &destination.CallError{Fault: destination.NotTaken, Code: "token_http_429", TokenStatus: 429}}, // otherwise the API would never count as down
		{limited.Cut, &destination.CallError{Code: "canceled", Err: context.Canceled}},
	} {
		want, ce := c.want, c.ce
		e := new(ends)
		inner := limited.Limited{Destination: broken{readable{scene{}.fake()}, ce}, Pacer: e, Wire: t.Context()}
		inner.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1", user.Create)})
		if len(e.status) != 1 || e.status[0] != want || e.got[0] {
			t.Errorf("%s: ended with %v, %v", ce.Code, e.status, e.got)
		}
	}
}

// broken fails every call.
type broken struct {
	readable
	err *destination.CallError
}

func (b broken) Apply(context.Context, user.Batch) ([]user.Outcome, error) { return nil, b.err }

// Without a read-back, Find makes no call.
func TestLimitedFindsNothingWhereThereIsNoReadBack(t *testing.T) {
	e := new(ends)
	found, err := limited.Limited{Destination: scene{}.fake(), Pacer: e, Wire: t.Context()}.Find(t.Context(), records("a", user.Create)[0])
	if err != nil || found.Presence != destination.Unknown || e.begun != 0 {
		t.Errorf("%v, %v, %d calls", found.Presence, err, e.begun)
	}
}

// Nor does it if the API can only find users by a key that is not known.
func TestLimitedFindsByAKnownKey(t *testing.T) {
	for key, begun := range map[string]int{"": 0, "k-a": 1} {
		e := new(ends)
		f := scene{held: "a=1", traits: func(t *destination.Traits) { t.FindsByKey = true }}.fake()
		r := records("a=1", user.Update)[0]
		r.Remote = key
		found, err := limited.Limited{Destination: readable{f}, Pacer: e, Wire: t.Context()}.Find(t.Context(), r)
		if err != nil || (found.Presence == destination.Unknown) != (begun == 0) || e.begun != begun {
			t.Errorf("%q: %v, %v, %d calls", key, found.Presence, err, e.begun)
		}
	}
}

// slow answers after a second, even if the run's context ends.
type slow struct{ readable }

func (s slow) Apply(wire context.Context, b user.Batch) ([]user.Outcome, error) {
	select {
	case <-time.After(time.Second):
		return s.readable.Apply(wire, b)
	case <-wire.Done():
		return nil, &destination.CallError{Code: "canceled", Err: wire.Err()}
	}
}

// A call in flight is left to finish when the run's context ends, and its answer
// counts; only its own context cancels it.
func TestCallInFlightIsAwaited(t *testing.T) {
	for name, c := range map[string]struct {
		cut  bool
		want user.Status
		took time.Duration
	}{
		"the first signal":  {false, user.Created, time.Second},
		"the second signal": {true, user.Unsettled, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancelCause(t.Context())
				wire, cut := context.WithCancel(context.Background())
				defer cut()
				p := new(pacer)
				inner := limited.Limited{Destination: slow{readable{scene{replay: destination.Detectable}.fake()}}, Pacer: p, Wire: wire}
				retried := stack.Retried{API: split.NewBisected(inner), Pacer: p, Retries: 2}
				errStop := errors.New("signal")
				time.AfterFunc(100*time.Millisecond, func() { stop(errStop) })
				if c.cut {
					time.AfterFunc(200*time.Millisecond, cut)
				}
				began := time.Now()
				outcomes, err := retried.Apply(ctx, user.Batch{Op: user.Create, Records: records("a=1", user.Create)})
				if outcomes[0].Status != c.want || time.Since(began) != c.took || (err != nil) != c.cut || c.cut && err != errStop {
					t.Errorf("%q after %s, %v", outcomes[0].Status, time.Since(began), err)
				}
			})
		})
	}
}

// wrong answers for the wrong number of users.
type wrong struct {
	readable
	n int
}

func (w wrong) Apply(context.Context, user.Batch) ([]user.Outcome, error) {
	return make([]user.Outcome, w.n), nil
}

func TestAnAnswerForTheWrongNumberOfUsersEndsTheRun(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		inner := limited.Limited{Destination: wrong{readable{scene{}.fake()}, n}, Pacer: new(pacer), Wire: t.Context()}
		retried := stack.Retried{API: split.NewBisected(inner), Pacer: new(pacer), Retries: 2}
		sent := records("a b", user.Create)
		outcomes, err := retried.Apply(t.Context(), user.Batch{Op: user.Create, Records: sent})
		if err == nil || !strings.Contains(err.Error(), "of 2 users") || len(outcomes) != 2 || outcomes[0].Status != user.Unsettled {
			t.Errorf("%d outcomes for 2 users: %v, %v", n, outcomes, err)
		}
		if !sent[0].MaybeSent || !sent[1].MaybeSent {
			t.Error("what was sent and not answered soundly is held for not sent")
		}
	}
}
