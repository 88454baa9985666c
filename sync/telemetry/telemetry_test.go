package telemetry_test

import (
	"testing"
	"testing/quick"
	"testing/synctest"
	"time"

	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// A duration is in a bucket that ends above it, by at most a quarter of the duration.
func TestBucketsAreNarrow(t *testing.T) {
	fits := func(n uint32) bool {
		d := max(time.Duration(n)*time.Microsecond/4, 64*time.Microsecond) // up to 18 minutes
		var h telemetry.Histogram
		h.Add(d)
		b := h.Buckets()
		return len(b) == 1 && b[0].Count == 1 && b[0].UpTo > d && float64(b[0].UpTo) <= 1.25*float64(d.Truncate(time.Microsecond))
	}
	if err := quick.Check(fits, nil); err != nil {
		t.Error(err)
	}
}

func TestBucketsAtTheEnds(t *testing.T) {
	var h telemetry.Histogram
	for _, d := range []time.Duration{-time.Second, 0, time.Microsecond, time.Hour, 1 << 60} {
		h.Add(d)
	}
	if b := h.Buckets(); len(b) != 2 || b[0].Count != 3 || b[0].UpTo != 80*time.Microsecond || b[1] != (telemetry.Bucket{Count: 2}) {
		t.Errorf("%v", b)
	}
}

func TestQuantiles(t *testing.T) {
	var h telemetry.Histogram
	if h.Quantile(0.5) != 0 || h.Max() != 0 {
		t.Error("an empty histogram has quantiles")
	}
	for i := range 100 {
		h.Add(time.Duration(i+1) * time.Millisecond)
	}
	for q, least := range map[float64]time.Duration{0.5: 50, 0.9: 90, 0.99: 99, 1: 100} {
		if got := h.Quantile(q); got < least*time.Millisecond || got > h.Max() || got > least*time.Millisecond*5/4 {
			t.Errorf("quantile %v is %v", q, got)
		}
	}
	if h.Count() != 100 || h.Sum() != 5050*time.Millisecond || h.Max() != 100*time.Millisecond {
		t.Errorf("%d calls, %v in all, at most %v", h.Count(), h.Sum(), h.Max())
	}
}

// However long a run lasts, its timeline has at most 120 points, and loses nothing.
func TestTimelineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := telemetry.NewStats()
		six := []user.Outcome{{Status: user.Created}, {Status: user.Created}, {Status: user.Refused}, {}, {Status: user.Created}, {Status: user.Busy}, {Status: user.Created}, {Status: user.Created}}
		for i := range 1000 {
			s.Called(&telemetry.Call{Kind: "create", Began: time.Now(), Wire: time.Millisecond, Result: result(i), Status: 429 * (i % 2), Limit: float64(i%7) + 3})
			s.Settled(six)
			time.Sleep(7 * time.Second)
		}
		line := s.Timeline()
		if line.Width != 64*time.Second || len(line.Points) > 120 {
			t.Fatalf("%d points of %v", len(line.Points), line.Width)
		}
		var sum telemetry.Point
		created, refused := 0, 0
		for i, p := range line.Points {
			sum.Calls, sum.Failed, sum.Throttled = sum.Calls+p.Calls, sum.Failed+p.Failed, sum.Throttled+p.Throttled
			created, refused = created+p.Outcomes[user.Created], refused+p.Outcomes[user.Refused]
			if len(p.Outcomes) > 2 {
				t.Errorf("%v: not all of them are outcomes", p.Outcomes)
			}
			if p.Limit != 3 && i < len(line.Points)-1 {
				t.Errorf("the lowest limit of point %d is %v", i, p.Limit)
			}
		}
		if sum.Calls != 1000 || sum.Failed != 500 || sum.Throttled != 500 || created != 5000 || refused != 1000 {
			t.Errorf("in all %+v, %d created, %d refused", sum, created, refused)
		}
	})
}

func result(i int) string {
	if i%2 == 1 {
		return "http_429"
	}
	return "ok"
}

// Time is spent by cause, on calls and without them.
func TestSpent(t *testing.T) {
	s := telemetry.NewStats()
	waits := telemetry.Spent{telemetry.Rate: time.Second, telemetry.Backoff: 2 * time.Second}
	telemetry.Tee{s}.Called(&telemetry.Call{Kind: "read", Waits: waits, Wire: 3 * time.Second, Result: "ok"})
	telemetry.Tee{s}.Called(&telemetry.Call{Kind: "read", Wire: 4 * time.Second, Result: "timeout"})
	telemetry.Tee{s}.Waited(waits)
	want := telemetry.Spent{telemetry.Rate: 2 * time.Second, telemetry.Backoff: 4 * time.Second, telemetry.Answer: 3 * time.Second, telemetry.Failure: 4 * time.Second}
	if got := s.Spent(); got != want {
		t.Errorf("%v", got)
	}
	if h := s.Latency()["read"]; h.Count() != 2 {
		t.Errorf("%d calls", h.Count())
	}
}

// A wait before an attempt counts once, for its first call.
func TestBackoffIsTakenOnce(t *testing.T) {
	ctx := telemetry.AfterBackoff(t.Context(), time.Second)
	if first, second := telemetry.TakeBackoff(ctx), telemetry.TakeBackoff(ctx); first != time.Second || second != 0 {
		t.Errorf("%v, then %v", first, second)
	}
}

// Without statistics nothing is counted.
func TestNoStats(t *testing.T) {
	var s *telemetry.Stats
	s.Called(&telemetry.Call{})
	s.Waited(telemetry.Spent{})
	s.Add(telemetry.Ledger, time.Now())
	s.Settled([]user.Outcome{{Status: user.Created}})
}

func TestEveryCauseHasAName(t *testing.T) {
	names := map[string]bool{}
	for c := range len(telemetry.Spent{}) {
		names[telemetry.Cause(c).String()] = true
	}
	if len(names) != len(telemetry.Spent{}) || names[""] {
		t.Errorf("%v", names)
	}
}

// A call says which records it carried, and how often the first one was sent.
func TestRange(t *testing.T) {
	c := telemetry.Call{}
	if first, last := c.Range(); first != 0 || last != 0 || c.Attempt() != 0 {
		t.Errorf("without records: %d to %d, attempt %d", first, last, c.Attempt())
	}
	c.Records = []*user.Record{{Origin: user.Origin{Record: 3}, Tries: user.Tries{Attempts: 2}}, {Origin: user.Origin{Record: 9}}}
	if first, last := c.Range(); first != 3 || last != 9 || c.Attempt() != 2 {
		t.Errorf("%d to %d, attempt %d", first, last, c.Attempt())
	}
}
