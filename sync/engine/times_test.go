package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// What needs no call is settled at once, although the records after it wait for slow calls.
func TestTimeOfWhatNeedsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, began := new(results), time.Now()
		a := newAPI(out, 0)
		a.answer = func(b user.Batch) ([]user.Outcome, error) { time.Sleep(time.Minute); return good(b), nil }
		records := input(100, user.Delete, own)
		unfit := func(yield func([]*user.Record, error) bool) {
			for rs, err := range records {
				rs[0].User.ID = "unfit"
				yield(rs, err)
			}
		}
		job := engine.Job{Records: unfit, Destination: a, Results: out, Limits: engine.Limits{Workers: 1}}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if late := out.list[0].At.Sub(began); late > time.Minute {
			t.Errorf("record 1 is invalid, which was known at once; its time is %v later", late)
		}
	})
}

// The times of two rows of one id are in the order in which their outcomes were known.
func TestOrderOfTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, 0)
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			time.Sleep(time.Second)
			all := good(b)
			for i := range all {
				all[i].At = time.Now()
			}
			return all, nil
		}
		values := []string{"A", "B"} // the ledger says A: unchanged, then updated
		rows := func(yield func([]*user.Record, error) bool) {
			var all []*user.Record
			for k := range 60 {
				r := &user.Record{Origin: user.Origin{Record: k + 1}, Op: user.Upsert, User: user.User{ID: own(k), Attributes: []user.Attribute{{Field: user.City, Value: user.TextValue("B")}}}}
				if k < 2 {
					r.User.ID, r.User.Attributes[0].Value = "same", user.TextValue(values[k])
				}
				all = append(all, r)
			}
			yield(all, nil)
		}
		job := engine.Job{Records: rows, Destination: reading{a}, Results: out, Ledger: stale{"A"}, Limits: engine.Limits{Workers: 1, BatchSize: 100}}
		if _, err := job.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		first, second := out.list[0], out.list[1]
		if first.Status != user.Unchanged || second.Status != user.Updated {
			t.Fatal(first.Status, second.Status)
		}
		if first.At.After(second.At) {
			t.Errorf("row 1 of the user (%s) has a time %v after that of row 2 (%s)", first.Status, first.At.Sub(second.At), second.Status)
		}
	})
}
