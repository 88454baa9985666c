package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// A superseded reject is not sent; Superseded is not called for records that are not
// rejects.
func TestSupersededRejectIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, time.Second)
		records := input(6, user.Upsert, own)
		job := engine.Job{Destination: a, Results: out, Records: func(yield func([]*user.Record, error) bool) {
			for chunk, err := range records {
				for _, r := range chunk[:4] {
					r.Origin.Before = &user.Rejected{Run: "before", Record: r.Origin.Record}
				}
				yield(chunk, err)
			}
		}}
		job.Superseded = func(r *user.Record, _ user.LedgerEntry) bool { return r.Origin.Before.Record%2 == 0 }
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		var kept []int
		for _, o := range out.list {
			if o.Status == user.Invalid && o.Code == user.CodeSuperseded {
				kept = append(kept, o.Record.Origin.Record)
			}
		}
		if want := []int{2, 4}; !slices.Equal(kept, want) {
			t.Errorf("superseded are %v, want %v", kept, want)
		}
		if len(a.applied["u2"])+len(a.applied["u4"]) > 0 || len(a.applied) != 4 {
			t.Errorf("sent %v", a.applied)
		}
	})
}
