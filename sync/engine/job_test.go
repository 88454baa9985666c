package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"usersync/sync/engine"
	"usersync/sync/user"
)

var errDisk, errSignal, errReader = errors.New("no room"), errors.New("signal"), errors.New("cut")

// For all latencies and repeated ids there is one outcome per record, in input order;
// records of one id are never in flight together and stay in order; the window holds.
func TestEveryRecordLeavesOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 1500).Draw(r, "records")
		ids := rapid.IntRange(1, 3000).Draw(r, "different ids")
		seed := rapid.Uint64().Draw(r, "seed")
		job := engine.Job{
			Limits: engine.Limits{
				BatchSize:   rapid.IntRange(1, 120).Draw(r, "batch"),
				Workers:     rapid.IntRange(1, 20).Draw(r, "workers"),
				Window:      rapid.IntRange(1, 600).Draw(r, "window"),
				WindowBytes: rapid.IntRange(1, 200_000).Draw(r, "window bytes"),
			},
			Canary: rapid.SampledFrom([]int{0, 0, 1, 3, 50, 2000}).Draw(r, "canary"),
		}
		stopAfter := max(rapid.IntRange(-2000, 2000).Draw(r, "stop after, ms"), 0)
		random := rand.New(rand.NewPCG(seed, 1))
		id := func(int) string {
			if random.IntN(20) == 0 {
				return "unfit"
			}
			return own(random.IntN(ids))
		}
		var wrong []string
		synctest.Test(t, func(*testing.T) { wrong = watch(job, input(n, user.Upsert, id), n, stopAfter) })
		if len(wrong) > 0 {
			r.Fatal(wrong)
		}
	})
}

// Records of different ids that share a name are sent one after the other, in the order
// of the input, whatever other records are in flight. If ids are repeated too, they are still never
// in flight together.
func TestRecordsOfOneNameStayInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 800).Draw(r, "records")
		ids := rapid.IntRange(1, 1000).Draw(r, "different ids")
		names := rapid.IntRange(20, 300).Draw(r, "different names") // so that few share one
		repeats := rapid.Bool().Draw(r, "ids are repeated")
		seed := rapid.Uint64().Draw(r, "seed")
		job := engine.Job{
			Limits: engine.Limits{
				BatchSize: rapid.IntRange(1, 120).Draw(r, "batch"),
				Workers:   rapid.IntRange(1, 20).Draw(r, "workers"),
				Window:    rapid.IntRange(1, 600).Draw(r, "window"), WindowBytes: 1 << 20,
			},
			Canary: rapid.SampledFrom([]int{0, 0, 1, 3, 50, 2000}).Draw(r, "canary"),
			Names: func(r *user.Record) []string {
				var list []string
				if k := r.Origin.Record; k%3 > 0 {
					list = append(list, "name "+strconv.Itoa(k%names))
				}
				if k := r.Origin.Record; k%5 == 0 {
					list = append(list, "key "+strconv.Itoa(k/2%names))
				}
				return list
			},
		}
		random := rand.New(rand.NewPCG(seed, 1))
		var wrong []string
		synctest.Test(t, func(*testing.T) {
			id := own
			if repeats {
				id = func(int) string { return own(random.IntN(ids)) }
			}
			wrong = watch(job, input(n, user.Upsert, id), n, 0)
		})
		if repeats {
			wrong = slices.DeleteFunc(wrong, func(text string) bool { return strings.HasPrefix(text, "late: ") })
		}
		if len(wrong) > 0 {
			r.Fatal(wrong)
		}
	})
}

// A value that very many records share says nothing about who they are: it does not make
// them wait for each other.
func TestANameOfVeryMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, time.Second)
		job := engine.Job{Records: input(5000, user.Upsert, own), Destination: a, Results: out, Limits: engine.Limits{BatchSize: 10},
			Names: func(*user.Record) []string { return []string{"placeholder"} }}
		began := time.Now()
		if summary, err := job.Run(t.Context()); err != nil || summary.Written != 5000 || len(a.wrong) > 0 {
			t.Errorf("%+v, %v, %v", summary, err, a.wrong)
		}
		if a.busiest < 16 || time.Since(began) > 4*time.Minute {
			t.Errorf("at most %d calls at a time, %v in all", a.busiest, time.Since(began))
		}
	})
}

// watch runs the job and lists what is wrong.
func watch(job engine.Job, records iter.Seq2[[]*user.Record, error], n, stopAfter int) []string {
	out := new(results)
	a := newAPI(out, 300*time.Millisecond)
	job.Records, job.Destination, job.Results, a.names = records, a, out, job.Names
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	if stopAfter > 0 {
		defer time.AfterFunc(time.Duration(stopAfter)*time.Millisecond, func() { stop(errSignal) }).Stop()
	}
	summary, err := job.Run(ctx)
	wrong := a.wrong
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if err := out.prefix(); err != nil {
		say("%v", err)
	}
	if finished := err == nil; finished != summary.Finished || finished && len(out.list) != n || !finished && !errors.Is(err, errSignal) {
		say("%d outcomes of %d, finished %v, %v", len(out.list), n, summary.Finished, err)
	}
	if summary.Written != len(out.list) || summary.SettledUpTo != len(out.list) || err == nil && summary.Read != n {
		say("summary %+v", summary)
	}
	if window := max(job.Window, 2*job.BatchSize); a.widest > window || a.busiest > job.Workers {
		say("%d records in the window of %d, %d calls at once", a.widest, window, a.busiest)
	}
	if a.fullest > max(job.WindowBytes, 300) { // one record always finds room
		say("%d bytes in a window of %d", a.fullest, job.WindowBytes)
	}
	for name, list := range a.named {
		if !slices.IsSorted(list) {
			say("late: %s was applied as %v", name, list)
		}
	}
	for id, list := range a.applied {
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			say("%s was applied as %v", id, list)
		}
		if a.ops[list[0]] != user.Create {
			say("record %d, the first of %s, went out as %s", list[0], id, a.ops[list[0]])
		}
	}
	return wrong
}

// Batches are full while there are 100 records of a kind within the window.
func TestBatchesAreFull(t *testing.T) {
	for name, c := range map[string]struct {
		window int
		id     func(int) string
	}{
		"different ids":     {0, own},
		"a small window":    {400, own},
		"repeats far apart": {0, func(k int) string { return own(k % 7000) }},
		"unfit ones among them": {0, func(k int) string {
			if k%3 == 0 {
				return "unfit"
			}
			return own(k)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, time.Second)
				summary, err := engine.Job{Records: input(20_000, user.Upsert, c.id), Destination: a, Results: out, Limits: engine.Limits{Window: c.window}}.Run(t.Context())
				if err != nil || !summary.Finished {
					t.Fatal(summary, err)
				}
				short := 0
				for _, size := range a.sizes {
					if size < 100 {
						short++
					}
				}
				if short > 2 { // the last of each kind
					t.Errorf("%d of %d batches are not full: %v", short, len(a.sizes), a.sizes)
				}
			})
		})
	}
}

// A thousand records of one id are sent one by one, each after the previous one.
func TestRepeatsAreParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, 0)
		a.slowest = time.Second
		_, err := engine.Job{Records: input(1000, user.Upsert, func(int) string { return "one" }), Destination: a, Results: out, Limits: engine.Limits{Window: 200}}.Run(t.Context())
		if err != nil || len(out.list) != 1000 || len(a.wrong) > 0 || !slices.IsSorted(a.applied["one"]) {
			t.Errorf("%d outcomes, %v, %v", len(out.list), a.wrong, err)
		}
	})
}

// What an earlier record of the file did is known to the next one of its id.
func TestOverlay(t *testing.T) {
	for name, c := range map[string]struct {
		op      user.Op
		calls   []user.Op
		outcome []user.Status
	}{
		"upsert": {user.Upsert, []user.Op{user.Create, user.Update, user.Update}, []user.Status{user.Created, user.Updated, user.Updated}},
		"create": {user.Create, []user.Op{user.Create, "", ""}, []user.Status{user.Created, user.Refused, user.Refused}},
		"update": {user.Update, []user.Op{user.Update, user.Update, user.Update}, []user.Status{user.Updated, user.Updated, user.Updated}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, time.Second)
				if _, err := (engine.Job{Records: input(3, c.op, func(int) string { return "one" }), Destination: a, Results: out}).Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				for i, o := range out.list {
					if o.Status != c.outcome[i] || a.ops[i+1] != c.calls[i] {
						t.Errorf("record %d: %s after %q, want %s after %q", i+1, o.Status, a.ops[i+1], c.outcome[i], c.calls[i])
					}
				}
			})
		})
	}
}
