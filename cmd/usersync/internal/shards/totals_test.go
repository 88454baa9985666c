package shards

import (
	"testing"
	"time"

	"usersync/writer/report"
)

// A merged run began with its first shard, and never after the process that merges it: the clock of
// another machine may be ahead.
func TestStartOfAMergedRun(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct{ shards, want time.Time }{
		"an hour before":      {now.Add(-time.Hour), now.Add(-time.Hour)},
		"a clock that is off": {now.Add(time.Hour), now},
		"not told":            {time.Time{}, now},
	} {
		s := report.Summary{Times: report.Times{StartedAt: now}}
		(&Totals{Started: c.shards}).AddTo(&s)
		if !s.StartedAt.Equal(c.want) {
			t.Errorf("%s: %s", name, s.StartedAt)
		}
	}
}
