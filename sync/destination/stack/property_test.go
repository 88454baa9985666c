package stack_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// world is one batch, an API and random faults.
type world struct {
	scene
	retries   int
	conflicts bool
	clears    bool
	hides     bool
	refuses   []int
	poison    []int
	latency   []int // of each call, in ms
	stopAfter int   // ms until the run is stopped; 0 means never
}

var (
	callFaults = []fault{
		none, none, none, lostBefore, lostAfter, error500, error500Late, busy503, busy503After, busy429,
		short, shortUndone, itemsBusy, whole400, whole413, whole422, whole409,
	}
	readFaults = []fault{none, none, none, lostBefore, error500, busy503, busy429, whole400}
)

func drawWorld(r *rapid.T) world {
	w := world{
		retries:   rapid.IntRange(0, 5).Draw(r, "retries"),
		conflicts: rapid.Bool().Draw(r, "409 for the whole call where users exist"),
		clears:    rapid.Bool().Draw(r, "updates clear"),
		refuses:   rapid.SliceOfN(rapid.IntRange(0, 99), 0, 3).Draw(r, "refused"),
		poison:    rapid.SliceOfN(rapid.IntRange(0, 99), 0, 2).Draw(r, "poison"),
		latency:   rapid.SliceOfN(rapid.IntRange(0, 2000), 1, 20).Draw(r, "latencies, ms"),
		stopAfter: max(rapid.IntRange(-10000, 10000).Draw(r, "stop after, ms"), 0),
	}
	w.replay = rapid.SampledFrom([]destination.Replay{destination.Unsafe, destination.Detectable, destination.Safe}).Draw(r, "replay")
	w.blind = rapid.Bool().Draw(r, "no read-back")
	w.op = rapid.SampledFrom([]user.Op{user.Create, user.Create, user.Update, user.Delete}).Draw(r, "call")
	w.intent = w.op
	if w.op != user.Delete && rapid.Bool().Draw(r, "upsert") {
		w.intent = user.Upsert
	}
	most := rapid.SampledFrom([]int{1, 10}).Draw(r, "updates a call")
	n := rapid.IntRange(1, map[user.Op]int{user.Create: 100, user.Update: most, user.Delete: most}[w.op]).Draw(r, "users")
	for i := range n {
		w.send += fmt.Sprintf("u%03d=new ", i)
	}
	for i := range n {
		if rapid.IntRange(0, 3).Draw(r, "held") == 0 == (w.op == user.Create) {
			w.held += fmt.Sprintf("u%03d=%s ", i, rapid.SampledFrom([]string{"old", "new"}).Draw(r, "with"))
		}
	}
	w.hides = w.op == user.Update && rapid.Bool().Draw(r, "data is not shown")
	w.faults = rapid.SliceOfN(rapid.SampledFrom(callFaults), 0, 40).Draw(r, "faults")
	if rapid.IntRange(0, 5).Draw(r, "denied at the end") == 0 {
		w.faults = append(w.faults, denied)
	}
	w.reads = rapid.SliceOfN(rapid.SampledFrom(readFaults), 0, 40).Draw(r, "faults of read-backs")
	merge := !w.blind && most == 1 && rapid.Bool().Draw(r, "merge")
	w.traits = func(t *destination.Traits) {
		t.Ops[user.Create] = destination.OpTraits{Max: 100, Replay: w.replay}
		t.Ops[user.Update] = destination.OpTraits{Max: most, Replay: destination.Safe, Merge: merge}
		t.Ops[user.Delete] = destination.OpTraits{Max: most, Replay: destination.Safe}
		t.Fields = append(t.Fields, user.Phone)
	}
	return w
}

func (w world) api() *fake {
	f := w.fake()
	f.conflicts, f.clears = w.conflicts, w.clears
	for _, i := range w.refuses {
		f.refuses[fmt.Sprintf("u%03d", i)] = true
	}
	for _, i := range w.poison {
		f.poison[fmt.Sprintf("u%03d", i)] = true
	}
	f.users[witness] = map[user.Field]string{}
	for _, r := range records(w.send, w.intent) {
		f.hides[r.User.ID] = w.hides
	}
	return f
}

var errStopped = errors.New("stopped")

// With any mix of faults, and a stop at any moment, the outcomes are complete, match
// what the API holds, and no user is created twice.
func TestOutcomesAreTrue(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		var wrong []string
		synctest.Test(t, func(*testing.T) {
			f := w.api()
			batch := user.Batch{Number: 1, Op: w.op, Records: records(w.send, w.intent)}
			ctx, stop := context.WithCancelCause(context.Background())
			defer stop(nil)
			if w.stopAfter > 0 {
				timer := time.AfterFunc(time.Duration(w.stopAfter)*time.Millisecond, func() { stop(errStopped) })
				defer timer.Stop()
			}
			outcomes, err := w.around(f).Apply(ctx, batch)
			wrong = w.check(f, batch, outcomes, err)
		})
		if len(wrong) > 0 {
			r.Fatal(wrong)
		}
	})
}

func (w world) around(f *fake) destination.Destination {
	var client destination.Destination = delayed{readable{f}, w.latency}
	if w.blind {
		client = struct{ destination.Destination }{client}
	}
	o := options(new(pacer), w.retries)
	o.Absences.Memory = past{holds: []string{witness}}
	return o.Wrap(client)
}

// witness is a user that no call touches, and that a read finds at the right address.
const witness = "witness"

// delayed answers late.
type delayed struct {
	readable
	latency []int
}

func (d delayed) wait() {
	d.mu.Lock()
	n := d.latency[(len(d.calls)+d.reads)%len(d.latency)]
	d.mu.Unlock()
	time.Sleep(time.Duration(n) * time.Millisecond)
}

func (d delayed) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := d.readable.Apply(ctx, b)
	d.wait()
	return outcomes, err
}

func (d delayed) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	d.wait()
	return d.readable.Find(ctx, r)
}

// judge lists what is wrong with the outcomes.
func (w world) check(f *fake, b user.Batch, outcomes []user.Outcome, err error) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	var ce *destination.CallError
	if err != nil && !errors.Is(err, errStopped) && (!errors.As(err, &ce) || ce.Fault != destination.Denied) {
		say("the run ended with %v", err)
	}
	if len(outcomes) != len(b.Records) {
		say("%d outcomes for %d records", len(outcomes), len(b.Records))
		return problems
	}
	for i, o := range outcomes {
		id := b.Records[i].User.ID
		if o.Record != b.Records[i] || (!o.Status.Final() && (err == nil || o.Status != user.Unsettled)) {
			say("%s has outcome %q", id, o.Status)
		}
		stopped := err != nil && o.Code == user.CodeUnprovedAbsent
		if !stopped && !w.agrees(f, o, b.Records[i]) {
			say("%s is %s (%s), the API holds %v and changed it %d times", id, o.Status, o.Code, f.users[id], f.changed[id])
		}
		if f.created[id] > 1 {
			say("%s was created %d times", id, f.created[id])
		}
		if spent := b.Records[i].RetriesUsed; spent > w.retries+1 {
			say("%s spent %d attempts of %d", id, spent, w.retries+1)
		}
	}
	return problems
}

// agrees reports whether the outcome matches what happened to the user.
func (w world) agrees(f *fake, o user.Outcome, r *user.Record) bool {
	id := r.User.ID
	held, exists := f.users[id]
	switch o.Status {
	case user.Created, user.Updated, user.Unchanged:
		return held[user.Email] == "new"
	case user.Deleted:
		return !exists
	case user.Refused, user.Failed:
		return f.changed[id] == 0 && (o.Status == user.Refused || !r.Unanswered)
	case user.InDoubt:
		unproved := w.replay == destination.Unsafe && f.created[id] == 0 && !exists // it may still be created
		return w.blind || w.hides || len(w.reads) > 0 || unproved || r.Unanswered
	}
	return o.Status == user.Unsettled
}
