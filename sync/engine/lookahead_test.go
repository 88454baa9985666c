package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// asked is a ledger that tells of each lookup.
type asked struct {
	stale
	lookups chan struct{}
}

func (a asked) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	a.lookups <- struct{}{}
	return a.stale.Lookup(ctx, ids, room)
}

// The next records are looked up while Looked asks the ledger about those before them.
func TestLookupDoesNotWaitForLooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, lookups := new(results), make(chan struct{}, 2)
		looked := 0
		job := engine.Job{Records: valued([]string{"A", "A"}, time.Millisecond), Destination: newAPI(out, time.Millisecond), Results: out, Ledger: asked{stale{"A"}, lookups}}
		job.Looked = func(_ context.Context, records []*user.Record, known []user.LedgerEntry, _ int) error {
			looked += len(records)
			if <-lookups; records[0].Origin.Record == 1 {
				<-lookups // that of the next record
				lookups <- struct{}{}
			}
			if known[0].State != user.Present {
				t.Errorf("record %d was not looked up", records[0].Origin.Record)
			}
			return nil
		}
		if _, err := job.Run(t.Context()); err != nil || looked != 2 || len(out.list) != 2 {
			t.Errorf("%d of 2 records were looked at, %d outcomes: %v", looked, len(out.list), err)
		}
	})
}
