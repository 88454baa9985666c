package engine_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// api is an in-memory destination with random latency that watches the engine.
type api struct {
	slowest time.Duration // of a call
	most    int           // records per call
	answer  func(user.Batch) ([]user.Outcome, error)
	names   func(*user.Record) []string // watched like ids, if set

	mu      sync.Mutex
	random  *rand.Rand
	under   map[string]bool  // ids in calls in flight
	calls   int              // in flight
	busiest int              // most calls in flight at a time
	applied map[string][]int // the records of each id, in the order they were applied
	named   map[string][]int // and those of each name
	ops     map[int]user.Op  // the call that each record was in
	sizes   []int            // of the batches, in the order they came
	checked int              // records that hold or held a credit
	bytes   int

	widest  int // most records read and not written
	fullest int // most bytes of such records
	wrong   []string
	written *results
}

func newAPI(r *results, slowest time.Duration) *api {
	return &api{
		slowest: slowest, most: 100, random: rand.New(rand.NewPCG(1, 2)),
		under: map[string]bool{}, applied: map[string][]int{}, named: map[string][]int{}, ops: map[int]user.Op{}, written: r,
	}
}

func (a *api) Traits() destination.Traits {
	one := destination.OpTraits{Max: a.most, Replay: destination.Safe}
	return destination.Traits{Name: "fake", Ops: map[user.Op]destination.OpTraits{user.Create: one, user.Update: one, user.Delete: {Max: 1}}}
}

// Check is called when a record has its credit.
func (a *api) Check(r *user.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.checked++
	a.bytes += r.Size()
	n, bytes := a.written.count()
	a.widest, a.fullest = max(a.widest, a.checked-n), max(a.fullest, a.bytes-bytes)
	if r.User.ID == "unfit" {
		return &user.InvalidError{Code: "unfit", Rule: "must be fit"}
	}
	return nil
}

func (a *api) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	wait := a.enter(b)
	time.Sleep(wait)
	a.leave(b)
	if a.answer != nil {
		return a.answer(b)
	}
	return good(b), nil
}

func (a *api) enter(b user.Batch) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	a.busiest = max(a.busiest, a.calls)
	a.sizes = append(a.sizes, len(b.Records))
	for _, r := range b.Records {
		if a.under[r.User.ID] {
			a.wrong = append(a.wrong, "two calls hold "+r.User.ID)
		}
		a.under[r.User.ID] = true
		a.applied[r.User.ID] = append(a.applied[r.User.ID], r.Origin.Record)
		a.ops[r.Origin.Record] = b.Op
		a.enterNames(r)
	}
	return time.Duration(a.random.Int64N(int64(a.slowest) + 1))
}

func (a *api) leave(b user.Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls--
	for _, r := range b.Records {
		delete(a.under, r.User.ID)
		for _, name := range a.namesOf(r) {
			delete(a.under, name)
		}
	}
}

func (a *api) namesOf(r *user.Record) []string {
	if a.names == nil {
		return nil
	}
	return a.names(r)
}

func (a *api) enterNames(r *user.Record) {
	for _, name := range a.namesOf(r) {
		if a.under[name] {
			a.wrong = append(a.wrong, "two calls hold "+name)
		}
		a.under[name] = true
		a.named[name] = append(a.named[name], r.Origin.Record)
	}
}

func good(b user.Batch) []user.Outcome {
	status := map[user.Op]user.Status{user.Create: user.Created, user.Update: user.Updated, user.Delete: user.Deleted}[b.Op]
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		outcomes[i] = user.Outcome{Record: r, Status: status}
	}
	return outcomes
}

// results keeps what is written, and fails when told to.
type results struct {
	mu     sync.Mutex
	list   []user.Outcome
	bytes  int
	failAt int
	failed int // writes that failed: each may have left half a line
}

func (r *results) Write(o *user.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list)+1 == r.failAt {
		r.failed++
		return errDisk
	}
	r.list = append(r.list, *o)
	r.bytes += o.Record.Size()
	return nil
}

func (r *results) count() (records, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.list), r.bytes
}

// prefix returns what is wrong if the results are not those of records 1 to n.
func (r *results) prefix() error {
	for i, o := range r.list {
		if o.Record.Origin.Record != i+1 || !o.Status.Final() {
			return fmt.Errorf("result %d is of record %d: %q", i+1, o.Record.Origin.Record, o.Status)
		}
	}
	return nil
}

// input yields n records in chunks of 100; id returns the id for an ordinal.
func input(n int, op user.Op, id func(int) string) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for from := 1; from <= n; from += 100 {
			var chunk []*user.Record
			for k := from; k < min(from+100, n+1); k++ {
				chunk = append(chunk, &user.Record{Origin: user.Origin{Record: k, Raw: "raw"}, Op: op, User: user.User{ID: id(k)}})
			}
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

func own(k int) string { return "u" + strconv.Itoa(k) }
