package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// once answers every question with one moment, from now on for a grace.
type once struct {
	asked int
	grace time.Duration
}

func (s *once) Reserve(_ context.Context, a Ask) (Answer, error) {
	s.asked++
	now := time.Now()
	at := now.Add(100 * time.Millisecond)
	return Answer{Now: now, At: []time.Time{at}, Next: at, Grace: s.grace, PerSecond: a.PerSecond}, nil
}

// A process that stood still between its turn and its call does not make the call: it
// takes another moment.
func TestAMomentThatIsPastIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &once{grace: 20 * time.Millisecond}
		s := newShare(Options{Shared: server, PerSecond: 10, Burst: 1, GiveUpAfter: time.Minute}, func(Answer, error) {})
		now := time.Now()
		s.moments = []moment{{now.Add(-time.Second), now.Add(-time.Millisecond)}, {now.Add(-time.Millisecond), now.Add(time.Millisecond)}, {now.Add(10 * time.Millisecond), now.Add(5 * time.Millisecond)}}
		var at []time.Duration
		for range 2 {
			if ok, err := s.take(t.Context(), nil, func() (bool, error) { at = append(at, time.Since(now)); return true, nil }); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		if at[0] != 0 || at[1] < 110*time.Millisecond || server.asked != 1 {
			t.Errorf("calls after %v, %d questions", at, server.asked)
		}
	})
}

// The wall clock counts as well: the other one stands still while a machine sleeps.
func TestAMomentIsPastByEitherClock(t *testing.T) {
	now := time.Now()
	m := moment{now, now.Add(time.Second)}
	if wall, late := now.Round(0), 2*time.Second; m.past(now, wall) || !m.past(now.Add(late), wall) || !m.past(now, wall.Add(late)) {
		t.Errorf("%+v", m)
	}
}

// A process that misses its moments asks for a wider margin, up to a limit.
func TestTheMarginFollowsWhatIsMissed(t *testing.T) {
	s := newShare(Options{Shared: &once{}, PerSecond: 10, Burst: 1}, nil)
	for i := range judged {
		s.judge(i < 2)
	}
	if got := s.question(1).Margin; got != leastMargin(10) {
		t.Errorf("%s after one in a hundred", got)
	}
	for range 20 * judged {
		s.judge(true)
	}
	if got := s.question(1).Margin; got != mostMargin {
		t.Errorf("%s after many", got)
	}
}

// Bounds of a quick answer stay good for a slow one, and widen as clocks may drift apart.
func TestSkew(t *testing.T) {
	began := time.Now()
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	server := func(ms int) time.Time { return at(ms).Add(-time.Hour).Round(0) } // an hour slow
	var s skew
	if s.learn(at(0), at(10), server(4)) || s.learn(at(100), at(300), server(101)) {
		t.Fatal("a jump")
	}
	first, last := s.toOurs(server(500))
	if first.After(at(500)) || last.Before(at(500)) || last.Sub(first) > 12*time.Millisecond {
		t.Errorf("between %s and %s", first.Sub(began), last.Sub(began))
	}
	if s.learn(at(10_000), at(10_200), server(10_100)); s.most-s.least < 15*time.Millisecond {
		t.Errorf("%s after ten seconds", s.most-s.least)
	}
	if !s.learn(at(10_300), at(10_310), server(10_405)) {
		t.Error("a jump of 100 ms was not seen")
	}
	if first, last := s.toOurs(server(10_500)); first.After(at(10_405)) || last.Before(at(10_395)) {
		t.Errorf("after the jump between %s and %s", first.Sub(began), last.Sub(began))
	}
}
