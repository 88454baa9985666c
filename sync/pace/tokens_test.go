package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Callers that the machine wakes late lose nothing, but no second ever holds more
// than rate + burst.
func TestWhatIsLateIsMadeUpWithinTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, calls, workers = 50, 3000, 8
		turns, starts := newTokens(perSecond, 1), make([]time.Time, 0, calls)
		tokens, done := make(chan struct{}, calls), make(chan struct{})
		for range calls {
			tokens <- struct{}{}
		}
		close(tokens)
		began := time.Now()
		for range workers {
			go func() {
				for range tokens {
					start := func() (bool, error) {
						if len(starts)%300 == 299 {
							time.Sleep(130 * time.Millisecond) // the machine was busy
						}
						starts = append(starts, time.Now())
						return true, nil
					}
					if ok, err := turns.take(context.Background(), nil, start); !ok || err != nil {
						t.Errorf("take: %v, %v", ok, err)
					}
				}
				done <- struct{}{}
			}()
		}
		for range workers {
			<-done
		}
		if took, ideal := time.Since(began), calls/perSecond*time.Second; took > ideal+ideal/50 {
			t.Errorf("took %s, ideal is %s", took, ideal)
		}
		for i := perSecond + 1; i < len(starts); i++ {
			if span := starts[i].Sub(starts[i-perSecond-1]); span < time.Second {
				t.Fatalf("%d calls in %s", perSecond+2, span)
			}
		}
	})
}

func TestAFastRateIsNotRemembered(t *testing.T) {
	if l := newLastSecond(1e9, 1); len(l.at) != 0 || l.full(time.Now()) != 0 {
		t.Errorf("%d calls remembered", len(l.at))
	}
}
