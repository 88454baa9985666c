package engine_test

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
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

// slow is a ledger whose look-ups take a second to end after the run does.
type slow struct {
	stale
	asking *atomic.Int32
}

func (s slow) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	s.asking.Add(1)
	defer s.asking.Add(-1)
	if ids[0] != own(1) {
		<-ctx.Done()
		time.Sleep(time.Second)
		return nil, ctx.Err()
	}
	return s.stale.Lookup(ctx, ids, room)
}

// paused yields the chunks of records one after the other.
func paused(records iter.Seq2[[]*user.Record, error]) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for chunk, err := range records {
			if !yield(chunk, err) {
				return
			}
			time.Sleep(time.Second)
		}
	}
}

// A run that has ended asks the ledger nothing more, whatever has ended it.
func TestLookUpsEndWithTheRun(t *testing.T) {
	for name, end := range map[string]func(stop context.CancelCauseFunc) error{
		"Looked fails":  func(context.CancelCauseFunc) error { return errReader },
		"a signal":      func(stop context.CancelCauseFunc) error { stop(errSignal); return nil },
		"Looked panics": func(context.CancelCauseFunc) error { panic(errReader) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, asking := new(results), new(atomic.Int32)
				ctx, stop := context.WithCancelCause(t.Context())
				job := engine.Job{Records: paused(input(300, user.Create, own)), Destination: newAPI(out, time.Second), Results: out, Ledger: slow{asking: asking}}
				job.Looked = func(context.Context, []*user.Record, []user.LedgerEntry, int) error {
					if time.Sleep(time.Minute); asking.Load() != 1 {
						t.Error("the next records are not looked up")
					}
					return end(stop)
				}
				if summary, err := job.Run(ctx); asking.Load() != 0 || err == nil || summary.Reading {
					t.Errorf("look-ups in progress: %d; reading %v, %v", asking.Load(), summary.Reading, err)
				}
			})
		})
	}
}

// A reader that is blocked keeps no look-up waiting for its next record.
func TestBlockedReaderKeepsNoLookUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		out, release := new(results), make(chan struct{})
		blocked := func(yield func([]*user.Record, error) bool) { <-release }
		time.AfterFunc(time.Minute, func() { stop(errSignal) })
		job := engine.Job{Records: blocked, Destination: newAPI(out, time.Second), Results: out, Ledger: stale{}}
		job.Looked = func(context.Context, []*user.Record, []user.LedgerEntry, int) error { return nil }
		if summary, err := job.Run(ctx); !errors.Is(err, errSignal) || !summary.Reading {
			t.Errorf("%+v, %v", summary, err)
		}
		close(release)
	})
}
