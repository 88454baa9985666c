package engine

import (
	"testing"
	"time"

	"usersync/sync/journal"
)

// The window grows with the calls in flight, as far as a journal allows next to what is written
// and not yet in a checkpoint.
func TestWindowIsBounded(t *testing.T) {
	const unsaved = 20_000
	for _, normal := range []int{16_384, 40_960} {
		w := newWindow(Limits{Window: normal, FindWorkers: func() (int, time.Duration) { return 512, 0 }}, 0)
		w.fit(512 * 100)
		if w.maxRecords < 2*16_384 || w.maxRecords+unsaved > journal.MaxUncheckpointed {
			t.Errorf("%d: %d records", normal, w.maxRecords)
		}
	}
}
