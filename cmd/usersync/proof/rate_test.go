package proof

import (
	"testing"
	"time"
)

// TestProofRate: the API never sees more than rate + burst calls in any second,
// and the run takes at most 2% longer than these calls must take.
func TestProofRate(t *testing.T) {
	const rate, latency = 50, 200 * time.Millisecond
	records := size(20_000, 100_000)
	api := startSandbox(t, "--latency", latency.String())

	o := run(t, "--config", api.config(t), "--rate", "50/s", write(t, records, validRow))
	o.wantExit(t, 0)
	s := api.state(t)
	if s.PeakSecond > rate+1 {
		t.Errorf("%d calls in a second, want at most %d", s.PeakSecond, rate+1)
	}
	calls := (records + 99) / 100
	ideal := time.Duration(calls-1)*time.Second/rate + latency
	if *full && o.wall > ideal+ideal/50 {
		t.Errorf("the run took %s, ideal are %s", o.wall, ideal)
	}
	t.Logf("%d calls in %s, ideal %s (%+.2f%%), at most %d in any second", s.Calls, o.wall.Round(time.Millisecond), ideal,
		100*(float64(o.wall)/float64(ideal)-1), s.PeakSecond)
}
