package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// far answers each question after a way that takes as long back as forth, with moments that are
// apart as far as the grace of the margin requires.
type far struct {
	way    time.Duration
	due    time.Time
	margin time.Duration
}

func (f *far) Reserve(_ context.Context, a Ask) (Answer, error) {
	<-time.After(f.way)
	f.margin = max(f.margin, a.Margin)
	apart := time.Duration((1 + f.margin.Seconds()) / (a.PerSecond + 1) * float64(time.Second))
	answer := Answer{Now: time.Now(), Grace: f.margin, PerSecond: a.PerSecond}
	if f.due.Before(answer.Now) {
		f.due = answer.Now
	}
	for range a.Calls {
		if f.due.Sub(answer.Now) <= Ahead {
			answer.At, f.due = append(answer.At, f.due), f.due.Add(apart)
		}
	}
	answer.Next = f.due
	<-time.After(f.way)
	return answer, nil
}

// Calls start although the server of the limit answers slowly, each within the grace of its moment.
func TestASlowServer(t *testing.T) {
	for _, way := range []time.Duration{time.Millisecond, 60 * time.Millisecond, 400 * time.Millisecond, 1300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			server := &far{way: way}
			s := newShare(Options{Shared: server, PerSecond: 40, Burst: 1, GiveUpAfter: time.Minute}, func(Answer, error) {})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			var at []time.Time
			for range 20 {
				if ok, err := s.take(ctx, nil, func() (bool, error) { at = append(at, time.Now()); return true, nil }); !ok || err != nil {
					t.Fatalf("%s: %v after %d calls", way, err, len(at))
				}
			}
			if wide := server.margin; (way == time.Millisecond) != (wide == leastMargin(40)) || wide > 5*way && way > time.Millisecond {
				t.Errorf("%s: a margin of %s", way, wide)
			}
		})
	}
}
