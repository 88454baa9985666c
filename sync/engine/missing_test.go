package engine_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/sync/user"
)

// deletions yields deletions of n users after record from, and notes how many outcomes were
// written when it was called.
func deletions(from, n int, out *results, asked *int, fail error) func(context.Context) iter.Seq2[[]*user.Record, error] {
	return func(context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			*asked, _ = out.count()
			for k := range n {
				r := &user.Record{Origin: user.Origin{Record: from + k + 1, Absent: true}, Op: user.Delete, User: user.User{ID: "gone-" + own(k)}}
				if !yield([]*user.Record{r}, nil) {
					return
				}
			}
			if fail != nil {
				yield(nil, fail)
			}
		}
	}
}

// Missing users come last, once everything else is written.
func TestMissingUsersComeLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, asked := new(results), -1
		a := newAPI(out, 300*time.Millisecond)
		job := engine.Job{Records: input(1_000, user.Upsert, func(k int) string { return own(k % 700) }), Destination: a, Results: out, Missing: deletions(1_000, 50, out, &asked, nil)}
		summary, err := job.Run(t.Context())
		if err != nil || !summary.Finished || summary.Read != 1_050 || summary.Missing != 50 || summary.Outcomes[user.Deleted] != 50 {
			t.Errorf("%+v, %v", summary, err)
		}
		if err := out.prefix(); err != nil || asked != 1_000 || len(out.list) != 1_050 {
			t.Errorf("%v; asked after %d outcomes, %d in all", err, asked, len(out.list))
		}
	})
}

// If the input was not read to its end, or the run stops, there are no missing users.
func TestMissingIsNotCalled(t *testing.T) {
	broken := func(yield func([]*user.Record, error) bool) {
		for chunk := range input(150, user.Upsert, own) {
			if !yield(chunk, nil) {
				return
			}
		}
		yield(nil, errReader)
	}
	for name, c := range map[string]struct {
		records iter.Seq2[[]*user.Record, error]
		stop    bool
		want    error
	}{"reader error": {broken, false, errReader}, "stopped": {input(5_000, user.Upsert, own), true, errSignal}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, asked := new(results), -1
				ctx, stop := context.WithCancelCause(t.Context())
				if c.stop {
					time.AfterFunc(50*time.Millisecond, func() { stop(errSignal) })
				}
				defer stop(nil)
				job := engine.Job{Records: c.records, Destination: newAPI(out, 300*time.Millisecond), Results: out, Missing: deletions(150, 5, out, &asked, nil)}
				summary, err := job.Run(ctx)
				if !errors.Is(err, c.want) || asked >= 0 || summary.Missing > 0 {
					t.Errorf("%+v, %v, asked after %d", summary, err, asked)
				}
			})
		})
	}
}

// A reason not to delete stops the run, and what was written stays.
func TestMissingRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, asked := new(results), -1
		trip := &guard.Error{What: "too many"}
		job := engine.Job{Records: input(120, user.Upsert, own), Destination: newAPI(out, time.Millisecond), Results: out, Missing: deletions(120, 0, out, &asked, trip)}
		summary, err := job.Run(t.Context())
		if !errors.Is(err, trip) || summary.Finished || summary.Written != 120 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
}

// A run that stops while it deletes counts the users that it has taken, not others of the
// same chunk.
func TestMissingUsersOfAStoppedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		out, asked := new(results), -1
		a := newAPI(out, time.Second)
		all := deletions(100, 500, out, &asked, nil)
		atOnce := func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
			return func(yield func([]*user.Record, error) bool) {
				var list []*user.Record
				for records := range all(ctx) {
					list = append(list, records...)
				}
				yield(list, nil)
			}
		}
		job := engine.Job{Records: input(100, user.Upsert, own), Destination: a, Results: out, Missing: atOnce, Limits: engine.Limits{BatchSize: 1, Workers: 50}}
		summary, err := job.Run(ctx)
		if err == nil || summary.Read-summary.Missing != 100 || summary.Missing == 0 || summary.Missing == 500 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
}
