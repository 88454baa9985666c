package engine_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// reading is an API that is read before each update.
type reading struct{ *api }

func (r reading) Traits() destination.Traits {
	t := r.api.Traits()
	t.Ops[user.Update] = destination.OpTraits{Max: 1, Merge: true}
	return t
}

// looks is a journal that keeps how many rows were recorded together.
type looks struct {
	notes
	mu    sync.Mutex
	sizes []int
}

func (l *looks) Looked(b user.Batch) error {
	l.mu.Lock()
	l.sizes = append(l.sizes, len(b.Records))
	l.mu.Unlock()
	return l.notes.Looked(b)
}

func (l *looks) has(record int) bool {
	l.notes.mu.Lock()
	defer l.notes.mu.Unlock()
	return slices.Contains(l.looked, record)
}

// Rows that are read before their calls are recorded together, each before its read, and sent
// one by one.
func TestRowsAreLookedAtTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, d := new(results), new(looks)
		a := newAPI(out, time.Second)
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			if r := b.Records[0]; len(b.Records) != 1 || !d.has(r.Origin.Record) {
				t.Errorf("%d records in a call, the first is %d", len(b.Records), r.Origin.Record)
			}
			return good(b), nil
		}
		job := engine.Job{Records: input(40, user.Update, own), Destination: reading{a}, Results: out, Journal: d}
		if _, err := job.Run(t.Context()); err != nil || out.prefix() != nil || len(out.list) != 40 {
			t.Fatal(err, len(out.list), out.prefix())
		}
		if !slices.Equal(d.sizes, []int{16, 16, 8}) || len(d.looked) != 40 || len(d.sent) != 0 {
			t.Errorf("rows recorded together: %v, of records %v, sent %v", d.sizes, d.looked, d.sent)
		}
	})
}

// A record that a read comes before waits for no others that the input has not shown yet,
// and neither does the next one of its user.
func TestARowIsLookedAtSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, d := new(results), new(looks)
		a, began := newAPI(out, 0), time.Now()
		var took []time.Duration
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			took = append(took, time.Since(began))
			time.Sleep(time.Second)
			return good(b), nil
		}
		slow := func(yield func([]*user.Record, error) bool) {
			for records, err := range input(2, user.Update, func(int) string { return "one" }) {
				yield(records, err)
			}
			time.Sleep(time.Hour)
		}
		job := engine.Job{Records: slow, Destination: reading{a}, Results: out, Journal: d}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(took, []time.Duration{0, time.Second}) {
			t.Errorf("calls after %v", took)
		}
	})
}
