package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// The number of workers may change during a run. The window grows with them, so that they
// have records to send, and only four times.
func TestWorkersGrow(t *testing.T) {
	for name, c := range map[string]struct{ most, least, busiest, widest int }{
		"few":            {4, 4, 4, 100},
		"more":           {12, 12, 12, 150},
		"beyond measure": {1000, 30, 40, 400},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &results{}
				a := newAPI(r, time.Second)
				began, now := time.Now(), 1
				job := engine.Job{
					Records: input(5000, user.Upsert, own), Destination: a, Results: r,
					Limits: engine.Limits{BatchSize: 10, Window: 100, FindWorkers: func() (int, time.Duration) {
						now = min(c.most, 1+int(time.Since(began)/(10*time.Millisecond)))
						return now, 10 * time.Millisecond
					}},
				}
				if _, err := job.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if a.busiest > c.busiest || a.busiest < c.least || a.widest > c.widest || len(r.list) != 5000 || r.prefix() != nil {
					t.Errorf("%d workers and %d records in the window; want %d to %d and at most %d", a.busiest, a.widest, c.least, c.busiest, c.widest)
				}
			})
		})
	}
}

// More workers begin as soon as they may, even if no call ends.
func TestWorkersDoNotWaitForACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &results{}
		a := newAPI(r, 0)
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			time.Sleep(time.Hour)
			return good(b), nil
		}
		began := time.Now()
		job := engine.Job{
			Records: input(100, user.Upsert, own), Destination: a, Results: r,
			Limits: engine.Limits{BatchSize: 10, FindWorkers: func() (int, time.Duration) {
				return 1 + int(time.Since(began)/time.Second), time.Second
			}},
		}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Hour+10*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// While canaries are sent, no more workers are tried than before.
func TestCanariesHaveWorkersOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &results{}
		a := newAPI(r, time.Second)
		var early int
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			if b.Records[0].Origin.Record <= 50 {
				early = a.busiest
			}
			return good(b), nil
		}
		job := engine.Job{
			Records: input(500, user.Upsert, own), Destination: a, Results: r, Canary: 50,
			Limits: engine.Limits{
				BatchSize: 1, FindWorkers: func() (int, time.Duration) { return 40, 0 },
				CanaryWorkers: func() (int, time.Duration) { return 3, 0 },
			},
		}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if early != 3 || a.busiest != 40 {
			t.Errorf("%d workers for canaries and %d for the others", early, a.busiest)
		}
	})
}
