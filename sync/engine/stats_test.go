package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// slowly is a ledger, a journal and results that each take their time.
type slowly struct {
	some
	*results
	lookups *int
}

func (s slowly) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	*s.lookups++
	time.Sleep(time.Second)
	return s.some.Lookup(ctx, ids, room)
}

func (s slowly) Write(o *user.Outcome) error {
	time.Sleep(time.Millisecond)
	return s.results.Write(o)
}

func (slowly) Sent(user.Batch) error {
	time.Sleep(10 * time.Second)
	return nil
}

func (slowly) Settled([]user.Outcome) error {
	time.Sleep(100 * time.Second)
	return nil
}

func (slowly) Looked(user.Batch) error      { return nil }
func (slowly) Untaken([]*user.Record) error { return nil }

// Every outcome is counted when it comes, also of records that were never sent, and
// the time for ledger, journal and results is known.
func TestStatsOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats, written := telemetry.NewStats(), new(results)
		s := slowly{results: written, lookups: new(int)}
		id := func(k int) string {
			if k%10 == 0 {
				return "unfit"
			}
			return own(k)
		}
		job := engine.Job{Records: input(400, user.Create, id), Destination: newAPI(written, 0), Results: s, Ledger: s, Journal: s, Stats: stats}
		summary, err := job.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[user.Status]int{}
		for _, p := range stats.Timeline().Points {
			for status, n := range p.Outcomes {
				got[status] += n
			}
		}
		if len(got) != 3 || got[user.Created] != 240 || got[user.Refused] != 120 || got[user.Invalid] != 40 || summary.Written != 400 {
			t.Errorf("%v, %+v", got, summary)
		}
		spent, batches := stats.Spent(), time.Duration(len(job.Destination.(*api).sizes))
		if spent[telemetry.Ledger] != time.Duration(*s.lookups)*time.Second || *s.lookups == 0 || spent[telemetry.Results] != 400*time.Millisecond || spent[telemetry.Journal] != 110*batches*time.Second {
			t.Errorf("%v for %d lookups and %d batches", spent, *s.lookups, batches)
		}
	})
}
