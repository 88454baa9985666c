package stack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/canary"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// liar is an API that answers created and stores something different.
type liar struct{ readable }

func (l liar) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := l.readable.Apply(ctx, b)
	for _, r := range b.Records {
		if data := l.users[r.User.ID]; data != nil {
			data[user.Email] = "shifted"
		}
	}
	return outcomes, err
}

// The run continues only if the API holds the first records as they were sent.
func TestCanary(t *testing.T) {
	for name, c := range map[string]struct {
		scene
		wrap    func(readable) destination.API
		blind   bool
		answers bool
		what    string // of the error; empty: the run continues
		calls   string
	}{
		"it is there":          {scene: scene{send: many(6)}, calls: "create u000 u001, create u002 u003 u004 u005"},
		"fewer than asked for": {scene: scene{send: "a=1"}, calls: "create a"},
		"other values": {scene: scene{send: many(6)}, wrap: func(r readable) destination.API { return liar{r} },
			what: "record 1: the API shows other values than were sent: email", calls: "create u000 u001"},
		"refused": {scene: scene{send: "a=1 b=1 c=1", api: func(f *fake) { f.refuses["b"] = true }},
			what: "record 2: it is refused (bad)", calls: "create a b"},
		"nobody can tell":          {scene: scene{send: many(3)}, blind: true, what: "record 1: the API cannot show it", calls: "create u000 u001"},
		"answers are to be enough": {scene: scene{send: many(3)}, blind: true, answers: true, calls: "create u000 u001, create u002"},
		"deleted":                  {scene: scene{op: user.Delete, intent: user.Delete, held: "a=1", send: "a"}, calls: "delete a"},
		"answers, and it is refused": {scene: scene{send: "a=1 b=1", api: func(f *fake) { f.refuses["a"] = true }}, answers: true,
			what: "record 1: it is refused (bad)", calls: "create a b"},
	} {
		t.Run(name, func(t *testing.T) {
			c.replay = destination.Detectable
			c.traits = func(t *destination.Traits) { t.Blind = c.blind }
			f := c.fake()
			var api destination.API = readable{f}
			if c.wrap != nil {
				api = c.wrap(readable{f})
			}
			inner := limited.Limited{Destination: api, Pacer: new(pacer), Wire: t.Context()}
			first := &canary.Canary{API: stack.Upserted{API: inner}, Options: canary.Options{Records: 2, AnswersOnly: c.answers}}
			b := user.Batch{Op: c.op, Records: records(c.send, user.Upsert)}
			if b.Op == "" {
				b.Op = user.Create
			}
			outcomes, err := first.Apply(t.Context(), b)
			fault, tripped := errors.AsType[*canary.Error](err)
			if tripped != (c.what != "") || tripped && !strings.Contains(fault.What, c.what) {
				t.Fatalf("error %v, want %q", err, c.what)
			}
			if calls := strings.Join(f.calls, ", "); calls != c.calls || len(outcomes) != len(b.Records) {
				t.Errorf("calls %s for %d outcomes, want %s", calls, len(outcomes), c.calls)
			}
			for i, o := range outcomes {
				if i < 2 != o.Status.Final() && tripped {
					t.Errorf("outcome %d is %q", i, o.Status)
				}
				if contradicted := i < 2 && (strings.Contains(c.what, "the API shows") || strings.Contains(c.what, "cannot show")); contradicted != (o.Status == user.InDoubt && o.Code == user.CodeContradicted) {
					t.Errorf("outcome %d is %q %s", i, o.Status, o.Code)
				}
			}
		})
	}
}

// lagging is an API that shows what it took only a while later.
type lagging struct {
	readable
	takes time.Duration
	since time.Time
	reads int
}

func (s *lagging) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if s.since.IsZero() {
		s.since = time.Now()
	}
	s.reads++
	if time.Since(s.since) < s.takes {
		return destination.Found{Presence: destination.Absent, HTTP: 404}, nil
	}
	return s.readable.Find(ctx, r)
}

// A read-back that differs is repeated until the timeout; all the canaries of a call share
// that time, and each of them is read.
func TestCanaryIsPatient(t *testing.T) {
	for takes, want := range map[time.Duration][2]string{
		0: {"created:", "created:"}, 29 * time.Second: {"created:", "created:"}, 31 * time.Second: {"in_doubt:contradicted", "in_doubt:contradicted"},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := &lagging{readable: readable{scene{replay: destination.Detectable}.fake()}, takes: takes}
			first := &canary.Canary{API: limited.Limited{Destination: api, Pacer: new(pacer), Wire: t.Context()}, Options: canary.Options{Records: 2, Patience: 30 * time.Second}}
			began := time.Now()
			outcomes, err := first.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1 b=1 c=1", user.Upsert)})
			for i, w := range want {
				if got := string(outcomes[i].Status) + ":" + outcomes[i].Code; got != w {
					t.Errorf("it takes %s: %s, want %s", takes, got, w)
				}
			}
			if (err != nil) != (takes > 30*time.Second) || time.Since(began) > 30*time.Second || api.reads < 2 {
				t.Errorf("it takes %s: %v after %s and %d reads", takes, err, time.Since(began), api.reads)
			}
			if _, again := first.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("z=1", user.Upsert)}); (again != nil) != (err != nil) {
				t.Errorf("after a canary that failed: %v", again)
			}
		})
	}
}

// A run that ends while a read-back differs leaves the canary in doubt.
func TestCanaryAsTheRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &lagging{readable: readable{scene{replay: destination.Detectable}.fake()}, takes: time.Hour}
		first := &canary.Canary{API: limited.Limited{Destination: api, Pacer: new(pacer), Wire: t.Context()}, Options: canary.Options{Records: 1, Patience: 30 * time.Second}}
		ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
		defer end()
		outcomes, err := first.Apply(ctx, user.Batch{Op: user.Create, Records: records("a=1", user.Upsert)})
		if !errors.Is(err, context.DeadlineExceeded) || outcomes[0].Status != user.InDoubt || outcomes[0].Code != user.CodeContradicted {
			t.Errorf("%v, %s %s", err, outcomes[0].Status, outcomes[0].Code)
		}
	})
}

// All other records wait for the canaries, and none is sent if they fail.
func TestCanaryHoldsUpTheOthers(t *testing.T) {
	f := scene{replay: destination.Detectable, api: func(f *fake) { f.refuses["u000"] = true }}.fake()
	inner := limited.Limited{Destination: readable{f}, Pacer: new(pacer), Wire: t.Context()}
	first := &canary.Canary{API: inner, Options: canary.Options{Records: 1}}
	ctx, stop := context.WithCancelCause(t.Context())
	b := user.Batch{Op: user.Create, Records: records(many(1), user.Upsert)}
	_, err := first.Apply(ctx, b)
	stop(err) // as the engine does
	if _, err := first.Apply(ctx, user.Batch{Op: user.Create, Records: records("z=1", user.Upsert)}); err == nil {
		t.Error("the next batch went on")
	}
	if calls := strings.Join(f.calls, ", "); calls != "create u000" {
		t.Error(calls)
	}
}

func TestProtected(t *testing.T) {
	p := stack.Protected{Destination: scene{}.fake(), IDs: protect.New([][]string{{"boss"}})}
	for id, want := range map[string]string{"boss": user.CodeProtected, "bos": "", "boss ": user.CodeProtected} {
		err := p.Check(&user.Record{User: user.User{ID: id}})
		bad, _ := errors.AsType[*user.InvalidError](err)
		if (bad != nil) != (want != "") || bad != nil && bad.Code != want {
			t.Errorf("%q: %v", id, err)
		}
	}
}
