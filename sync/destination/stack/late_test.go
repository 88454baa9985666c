package stack_test

import (
	"cmp"
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// tardy is an API that completes the first create, or another call, after its caller has given up.
type tardy struct {
	readable
	op     user.Op // create if empty
	gaveUp func() error
	over   chan struct{}
	begun  *atomic.Bool
}

func (s tardy) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op == cmp.Or(s.op, user.Create) && s.begun.CompareAndSwap(false, true) {
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
				api := tardy{readable{f}, "", func() error { return &ce }, make(chan struct{}), new(atomic.Bool)}
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

// The calls of one user do not keep others waiting who were perhaps created before.
func TestQuietIsOfOneUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{faults: []fault{lostBefore}}.fake()
		o := options(new(pacer), 2)
		o.Quiet = stack.NewQuiet(time.Now().Add(-time.Hour), 2*time.Minute)
		wrapped := o.Wrap(readable{f})
		for _, send := range []struct {
			row  string
			want user.Status
			took time.Duration
		}{{"a=1", user.InDoubt, 0}, {"?b=1", user.Created, 0}, {"?c=1 ?a=2", user.Created, 2 * time.Minute}, {"?a=2", user.Created, 0}} {
			began := time.Now()
			got, err := wrapped.Apply(t.Context(), user.Batch{Op: user.Create, Records: records(send.row, user.Create)})
			if err != nil || got[0].Status != send.want || time.Since(began) != send.took {
				t.Errorf("%s: %s %s (%v) after %v", send.row, got[0].Status, got[0].Code, err, time.Since(began))
			}
		}
	})
}

// Once there are too many of them, all are waited for.
func TestQuietOfTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{faults: []fault{lostBefore}, traits: func(t *destination.Traits) { t.Ops[user.Create] = destination.OpTraits{Max: 20_000} }}.fake()
		o := options(new(pacer), 2)
		o.Quiet = stack.NewQuiet(time.Now().Add(-time.Hour), 2*time.Minute)
		wrapped, most := o.Wrap(readable{f}), ""
		for i := range 10_001 {
			most += "u" + strconv.Itoa(i) + "=1 "
		}
		for _, send := range []struct {
			rows string
			took time.Duration
		}{{most, 0}, {"?b=1", 2 * time.Minute}, {"?u10000=1", 0}} {
			began := time.Now()
			if _, err := wrapped.Apply(t.Context(), user.Batch{Op: user.Create, Records: records(send.rows, user.Create)}); err != nil || time.Since(began) != send.took {
				t.Errorf("%.10s: %v after %v", send.rows, err, time.Since(began))
			}
		}
	})
}

// Nor does it if another row of this run made that call a moment ago.
func TestRowAfterACreateThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{}.fake()
		api := tardy{readable{f}, "", func() error { return &destination.CallError{Code: "timeout"} }, make(chan struct{}), new(atomic.Bool)}
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

// A further row of a user waits for every call of an earlier one that had no answer, whatever
// another attempt has done: it must have the last word.
func TestRowAfterACallThatComesLate(t *testing.T) {
	type sent struct {
		op, intent user.Op
		row        string
		perhaps    bool // the user was perhaps created, as the engine says
		want       user.Status
	}
	for name, c := range map[string]struct {
		replay destination.Replay // of creates
		held   string
		late   user.Op
		rows   [2]sent
		holds  string
	}{
		"an update":                        {0, "a=0", user.Update, [2]sent{{user.Update, user.Upsert, "a=1", false, user.Updated}, {user.Update, user.Upsert, "a=2", false, user.Updated}}, "a=2"},
		"a deletion":                       {0, "a=0", user.Delete, [2]sent{{user.Delete, user.Delete, "a", false, user.Deleted}, {user.Create, user.Upsert, "a=2", false, user.Created}}, "a=2"},
		"a create, then a delete":          {destination.Detectable, "", user.Create, [2]sent{{user.Create, user.Upsert, "a=1", false, user.Created}, {user.Delete, user.Delete, "a", false, user.Deleted}}, ""},
		"a create in doubt, then a delete": {destination.Unsafe, "", user.Create, [2]sent{{user.Create, user.Upsert, "a=1", false, user.InDoubt}, {user.Delete, user.Delete, "?a", true, user.Deleted}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{held: c.held, replay: c.replay}.fake()
				api := tardy{readable{f}, c.late, func() error { return &destination.CallError{Code: "timeout"} }, make(chan struct{}), new(atomic.Bool)}
				o := options(new(pacer), 2)
				o.Absences.AcceptAll = true
				o.Quiet = stack.NewQuiet(time.Now().Add(-time.Hour), 2*time.Minute)
				wrapped := o.Wrap(api)
				for _, send := range c.rows {
					b := user.Batch{Op: send.op, Records: records(send.row, send.intent)}
					b.Records[0].PerhapsCreated = send.perhaps
					if got, err := wrapped.Apply(t.Context(), b); err != nil || got[0].Status != send.want {
						t.Errorf("%s %s: %s %s (%v)", send.op, send.row, got[0].Status, got[0].Code, err)
					}
				}
				<-api.over
				if f.holds() != c.holds {
					t.Errorf("holds %q, want %q", f.holds(), c.holds)
				}
			})
		})
	}
}

// A user who was perhaps created by a process that was just killed is not deleted before that call
// must be over: it would come after the deletion.
func TestDeletionAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := scene{}.fake()
		go func() {
			time.Sleep(20 * time.Second)
			_, _ = readable{f}.Apply(context.Background(), user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)})
		}()
		o := options(new(pacer), 2)
		o.Absences.AcceptAll = true
		o.Quiet = stack.NewQuiet(time.Now(), 30*time.Second)
		b := user.Batch{Op: user.Delete, Records: records("?a", user.Delete)}
		b.Records[0].PerhapsCreated = true
		got, err := o.Wrap(readable{f}).Apply(t.Context(), b)
		time.Sleep(time.Minute)
		if err != nil || got[0].Status != user.Deleted || f.holds() != "" {
			t.Errorf("%s %s (%v), holds %s", got[0].Status, got[0].Code, err, f.holds())
		}
	})
}

// Nor is a further row of a user sent while an update or a delete of such a process may be at work.
// Its own record may repeat the call at once.
func TestFurtherRowAfterAKill(t *testing.T) {
	for name, c := range map[string]struct {
		by      int // the record that had the call in flight
		waits   [2]time.Duration
		started time.Duration // ago; the clock of the process may be ahead
		ended   time.Duration // ago; 0 if the process was killed
	}{
		"the same run":   {1, [2]time.Duration{0, 30 * time.Second}, 0, 0},
		"another run":    {0, [2]time.Duration{30 * time.Second, 0}, 0, 0},
		"a while ago":    {0, [2]time.Duration{20 * time.Second, 0}, 10 * time.Second, 0},
		"days ahead":     {0, [2]time.Duration{30 * time.Second, 30 * time.Second}, -72 * time.Hour, 0},
		"not killed":     {0, [2]time.Duration{25 * time.Second, 0}, 0, 5 * time.Second},
		"ended later":    {0, [2]time.Duration{20 * time.Second, 0}, 10 * time.Second, 5 * time.Second},
		"ended long ago": {0, [2]time.Duration{0, 0}, 0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{held: "a=0 b=0"}.fake()
				go func() {
					if time.Sleep(19 * time.Second); c.ended < time.Minute {
						_, _ = readable{f}.Apply(context.Background(), user.Batch{Op: user.Update, Records: records("a=1", user.Upsert)})
					}
				}()
				o := options(new(pacer), 2)
				o.Quiet = stack.NewQuiet(time.Now().Add(-c.started), 30*time.Second)
				var ended time.Time
				if c.ended > 0 {
					ended = time.Now().Add(-c.ended)
				}
				o.Quiet.Expect("a", c.by, ended)
				wrapped := o.Wrap(readable{f})
				for i, row := range []string{"a=1", "a=2"} {
					b := user.Batch{Op: user.Update, Records: records(row, user.Upsert)}
					b.Records[0].Origin.Record = i + 1
					began := time.Now()
					got, err := wrapped.Apply(t.Context(), b)
					if waited := time.Since(began); err != nil || got[0].Status != user.Updated || waited != c.waits[i] {
						t.Errorf("%s: %s %s (%v) after %v, want %v", row, got[0].Status, got[0].Code, err, waited, c.waits[i])
					}
				}
				time.Sleep(time.Minute)
				if f.holds() != "a=2 b=0" {
					t.Errorf("holds %s", f.holds())
				}
			})
		})
	}
}

// If two processes have left calls for one user, the longer of them is waited for, and no record
// repeats both.
func TestRowAfterCallsOfTwoProcesses(t *testing.T) {
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			f := scene{held: "a=0"}.fake()
			o := options(new(pacer), 2)
			o.Quiet = stack.NewQuiet(time.Now(), 30*time.Second)
			if first {
				o.Quiet.Expect("a", 1, time.Time{})
			}
			o.Quiet.Expect("a", 0, time.Now().Add(-20*time.Second))
			if !first {
				o.Quiet.Expect("a", 1, time.Time{})
			}
			b := user.Batch{Op: user.Update, Records: records("a=1", user.Upsert)}
			b.Records[0].Origin.Record = 1
			began := time.Now()
			if _, err := o.Wrap(readable{f}).Apply(t.Context(), b); err != nil || time.Since(began) != 30*time.Second {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		})
	}
}
