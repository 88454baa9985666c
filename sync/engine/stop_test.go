package engine_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/sync/user"
)

// then yields the error after the records.
func inputThenError(records iter.Seq2[[]*user.Record, error], err error) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for chunk, e := range records {
			if !yield(chunk, e) {
				return
			}
		}
		yield(nil, err)
	}
}

func TestReaderErrorEndsTheRunAfterWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		summary, err := engine.Job{Records: inputThenError(input(250, user.Create, own), errReader), Destination: newAPI(out, time.Second), Results: out}.Run(t.Context())
		if !errors.Is(err, errReader) || summary.Finished || len(out.list) != 250 || out.prefix() != nil {
			t.Errorf("%d outcomes, %+v, %v", len(out.list), summary, err)
		}
	})
}

// A blocked reader does not hold up a stopped run.
func TestBlockedReaderIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		release := make(chan struct{})
		records := func(yield func([]*user.Record, error) bool) { <-release }
		time.AfterFunc(time.Minute, func() { stop(errSignal) })
		out, began := new(results), time.Now()
		summary, err := engine.Job{Records: records, Destination: newAPI(out, 0), Results: out}.Run(ctx)
		if !errors.Is(err, errSignal) || !summary.Reading || time.Since(began) > time.Minute+2*time.Second {
			t.Errorf("%+v, %v after %s", summary, err, time.Since(began))
		}
		close(release)
	})
}

// Once the context is done no new call starts, even if a slot of the pool becomes free
// because of it.
func TestNoCallStartsAfterTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		out := new(results)
		a := newAPI(out, 0)
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			time.Sleep(time.Minute)
			if ctx.Err() == nil {
				stop(errSignal)
			}
			return good(b), nil
		}
		_, err := engine.Job{Records: input(5000, user.Create, own), Destination: a, Results: out, Limits: engine.Limits{Workers: 3}}.Run(ctx)
		if !errors.Is(err, errSignal) || len(a.sizes) != 3 || len(out.list) != 300 || out.prefix() != nil {
			t.Errorf("%d calls, %d outcomes, %v", len(a.sizes), len(out.list), err)
		}
	})
}

func TestWriteErrorStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &results{failAt: 4321}
		a := newAPI(out, time.Second)
		summary, err := engine.Job{Records: input(100_000, user.Create, own), Destination: a, Results: out}.Run(t.Context())
		if !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "record 4321") {
			t.Errorf("error %v", err)
		}
		if out.failed != 1 || len(out.list) != 4320 || summary.Written != 4320 || summary.Finished || len(a.sizes) > 250 {
			t.Errorf("%d outcomes, %d calls, %+v", len(out.list), len(a.sizes), summary)
		}
	})
}

// A destination's error ends the run; the outcomes known by then are written.
func TestDestinationErrorEndsTheRun(t *testing.T) {
	denied, disk := errors.New("denied"), errors.New("another reason")
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, 0)
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			outcomes := good(b)
			switch b.Number {
			case 2:
				time.Sleep(time.Second)
				outcomes[50] = user.Outcome{}
				return outcomes, denied
			case 3:
				time.Sleep(2 * time.Second)
				return nil, disk
			}
			return outcomes, nil
		}
		summary, err := engine.Job{Records: input(250, user.Create, own), Destination: a, Results: out}.Run(t.Context())
		if !errors.Is(err, denied) || !errors.Is(err, disk) || strings.Count(err.Error(), "denied") != 1 {
			t.Errorf("error %v", err)
		}
		if len(out.list) != 150 || summary.Read != 250 || summary.SettledUpTo != 150 || out.prefix() != nil {
			t.Errorf("%d outcomes, %+v", len(out.list), summary)
		}
	})
}

// A destination that breaks its contract is reported, and none of its wrong outcomes is
// written.
func TestAccounting(t *testing.T) {
	for name, spoil := range map[string]func([]user.Outcome) ([]user.Outcome, error){
		"too few":   func(o []user.Outcome) ([]user.Outcome, error) { return o[:99], nil },
		"none":      func([]user.Outcome) ([]user.Outcome, error) { return nil, nil },
		"too many":  func(o []user.Outcome) ([]user.Outcome, error) { return append(o, o[0]), nil },
		"a verdict": func(o []user.Outcome) ([]user.Outcome, error) { o[7].Status = user.Exists; return o, nil },
		"several verdicts": func(o []user.Outcome) ([]user.Outcome, error) {
			o[7].Status, o[3].Status = user.Busy, user.Missing
			return o, nil
		},
		"a verdict and error": func(o []user.Outcome) ([]user.Outcome, error) { o[7].Status = user.Busy; return o, errDisk },
		"no outcome":          func(o []user.Outcome) ([]user.Outcome, error) { o[7] = user.Outcome{}; return o, nil },
		"another's outcome":   func(o []user.Outcome) ([]user.Outcome, error) { o[7], o[8] = o[8], o[7]; return o, nil },
		"one outcome twice":   func(o []user.Outcome) ([]user.Outcome, error) { o[7] = o[8]; return o, nil },
		"nobody's outcome":    func(o []user.Outcome) ([]user.Outcome, error) { o[7].Record = nil; return o, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, time.Second)
				a.answer = func(b user.Batch) ([]user.Outcome, error) {
					if b.Number == 3 {
						return spoil(good(b))
					}
					return good(b), nil
				}
				summary, err := engine.Job{Records: input(1000, user.Create, own), Destination: a, Results: out}.Run(t.Context())
				var accounting *user.AccountingError
				if !errors.As(err, &accounting) || summary.Finished {
					t.Errorf("%+v, %v", summary, err)
				}
				if err := out.prefix(); err != nil || len(out.list) > 300 && name != "too many" {
					t.Errorf("%d results, %v", len(out.list), err)
				}
			})
		})
	}
}

// Records with a gap in their ordinals would wait for each other forever.
func TestGapInOrdinalsEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		records := func(yield func([]*user.Record, error) bool) {
			for chunk := range input(5000, user.Create, own) {
				if chunk[0].Origin.Record == 201 {
					chunk = chunk[1:]
				}
				if !yield(chunk, nil) {
					return
				}
			}
		}
		_, err := engine.Job{Records: records, Destination: newAPI(out, time.Second), Results: out, Limits: engine.Limits{Window: 300}}.Run(t.Context())
		var accounting *user.AccountingError
		if !errors.As(err, &accounting) || !strings.Contains(err.Error(), "record 202 was read after record 200") {
			t.Errorf("error %v", err)
		}
	})
}

// A call that the destination does not have makes the record invalid.
func TestMissingCallMakesTheRecordInvalid(t *testing.T) {
	for _, op := range []user.Op{"", "destroy"} {
		synctest.Test(t, func(t *testing.T) {
			out := new(results)
			summary, err := engine.Job{Records: input(3, op, func(int) string { return "one" }), Destination: newAPI(out, 0), Results: out}.Run(t.Context())
			if err != nil || summary.Outcomes[user.Invalid] != 3 || len(out.list) != 3 || out.list[0].Code != "no_such_call" {
				t.Errorf("%q: %+v, %v", op, summary, err)
			}
		})
	}
}

// More than half of the first hundred deleted users did not exist: wrong account.
func TestDeleteGuard(t *testing.T) {
	always := func(int) bool { return true }
	doubtful := user.Outcome{Status: user.InDoubt, Code: user.CodeUnprovedAbsent}
	for name, c := range map[string]struct {
		absent   func(k int) bool
		trips    bool
		as       user.Outcome // already absent if empty
		accepted bool
		before   user.FirstDeletes
	}{
		"all absent":                    {absent: always, trips: true},
		"half of the first hundred":     {absent: func(k int) bool { return k%2 == 0 }},
		"only after the first hundred":  {absent: func(k int) bool { return k > 100 }},
		"51 of the first hundred, late": {absent: func(k int) bool { return k > 49 }, trips: true},
		"unproved":                      {absent: always, trips: true, as: doubtful},
		"unproved, half of them":        {absent: func(k int) bool { return k%2 == 0 }, as: doubtful},
		"remembered":                    {absent: always, as: user.Outcome{Status: user.Deleted, Code: user.CodeAlreadyAbsent, Remembered: true}},
		"accepted by a person":          {absent: always, accepted: true},
		"stopped before":                {absent: func(int) bool { return false }, trips: true, before: user.FirstDeletes{Tried: 60, Absent: 51}},
		"not there, in another way":     {absent: always, as: user.Outcome{Status: user.Failed, Code: "http_500"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, 0)
				a.answer = func(b user.Batch) ([]user.Outcome, error) {
					time.Sleep(time.Millisecond)
					outcomes := good(b)
					if c.absent(b.Records[0].Origin.Record) {
						outcomes[0].Code = user.CodeAlreadyAbsent
						if c.as.Status != "" {
							outcomes[0].Status, outcomes[0].Code, outcomes[0].Remembered = c.as.Status, c.as.Code, c.as.Remembered
						}
					}
					return outcomes, nil
				}
				summary, err := engine.Job{Records: input(1000, user.Delete, own), Destination: a, Results: out, Limits: engine.Limits{Workers: 1}, Guards: engine.Guards{AbsentOK: c.accepted, Deleted: c.before}}.Run(t.Context())
				var trip *guard.Error
				if c.before.Tried > 0 && (len(a.sizes) > 0 || !strings.Contains(err.Error(), "60")) {
					t.Errorf("%d calls after the guard had stopped an earlier start: %v", len(a.sizes), err)
				}
				if again := errors.As(err, &trip) && strings.Contains(trip.Hint, "--new starts a new run"); again != (c.before.Tried > 0) {
					t.Errorf("%v", trip)
				}
				if errors.As(err, &trip) != c.trips || summary.Finished == c.trips || c.trips && (len(out.list) > 110 || trip.Hint == "") {
					t.Errorf("%d outcomes, %+v, %v", len(out.list), summary, err)
				}
				if !c.trips && err != nil {
					t.Error(err)
				}
			})
		})
	}
}
