package engine_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// lasting is a journal that takes an hour to record outcomes, and watches that none is written
// before.
type lasting struct {
	*results
	mu       sync.Mutex
	now      int // batches that are being recorded
	most     int
	recorded map[int]bool
	wrong    error
}

func (l *lasting) Settled(outcomes []user.Outcome) error {
	l.count(1)
	time.Sleep(time.Hour)
	l.count(-1)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range outcomes {
		l.recorded[o.Record.Origin.Record] = true
	}
	return nil
}

func (l *lasting) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now += n
	l.most = max(l.most, l.now)
}

func (l *lasting) Write(o *user.Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.recorded[o.Record.Origin.Record] {
		l.wrong = fmt.Errorf("record %d is in the results, and not in the journal", o.Record.Origin.Record)
	}
	return l.results.Write(o)
}

func (*lasting) Sent(user.Batch) error        { return nil }
func (*lasting) Looked(user.Batch) error      { return nil }
func (*lasting) Untaken([]*user.Record) error { return nil }

// The next calls are made while the journal records the outcomes of earlier ones, which are
// written only then. They wait if many are recorded, and, so that a crash leaves few in doubt, if
// calls must not be repeated.
func TestCallsWhileOutcomesAreRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		replay       destination.Replay
		calls, hours int
		most         int
	}{
		"safe":   {destination.Safe, 10, 11, 1},
		"many":   {destination.Safe, 40, 0, 17},
		"unsafe": {destination.Unsafe, 10, 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lasting{results: new(results), recorded: map[int]bool{}}
				a := newAPI(l.results, 0)
				a.most = 4
				a.answer = func(b user.Batch) ([]user.Outcome, error) {
					if c.hours > 0 {
						time.Sleep(time.Hour + time.Minute)
					}
					return good(b), nil
				}
				began := time.Now()
				job := engine.Job{
					Records: input(4*c.calls, user.Create, own), Destination: keyless{a, c.replay}, Results: l, Journal: l,
					Limits: engine.Limits{Workers: 1},
				}
				_, err := job.Run(t.Context())
				if took := int(time.Since(began).Hours()); err != nil || l.wrong != nil || l.most != c.most || c.hours > 0 && took != c.hours {
					t.Errorf("%v, %v; took %d hours, up to %d batches were recorded at a time; want %d and %d", err, l.wrong, took, l.most, c.hours, c.most)
				}
			})
		})
	}
}
