package proof

import (
	"testing"
)

// TestProofMemory: memory does not grow with the input, nor with the ledger.
func TestProofMemory(t *testing.T) {
	for _, ledger := range []string{"none", "auto"} {
		t.Run("ledger "+ledger, func(t *testing.T) { remember(t, ledger) })
	}
}

func remember(t *testing.T, ledger string) {
	const mostGrowth, most = 20 << 20, 96 << 20
	few, many := size(20_000, 100_000), size(400_000, 10_000_000)
	var peaks [2]int64
	for i, records := range []int{few, many} {
		api := startSandbox(t)
		o := run(t, "--config", api.config(t), "--ledger", ledger, "--results-format", "csv", write(t, records, validRow))
		o.wantExit(t, 0)
		if held := api.state(t).Users; held != uint64(records) {
			t.Errorf("%d users are held, want %d", held, records)
		}
		api.end()
		peaks[i] = o.peak
		t.Logf("%d records: peak %.1f MiB, %s, %.0f users/s, %.2f CPU-seconds per million", records,
			float64(o.peak)/(1<<20), o.wall, float64(records)/o.wall.Seconds(), o.cpu.Seconds()/float64(records)*1e6)
	}
	if peaks[1]-peaks[0] > mostGrowth || peaks[1] > most {
		t.Errorf("peak memory: %d and %d bytes", peaks[0], peaks[1])
	}
}
