package run

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// Each record is in exactly one shard, ids that look alike in the same one, and the shards are
// about as large as each other.
func TestShardOf(t *testing.T) {
	record := func(n int, id string) *user.Record {
		return &user.Record{Origin: user.Origin{Record: n}, User: user.User{ID: id}}
	}
	s := &shard{Shard: config.Shard{Index: 3, Count: 16}}
	sizes := make([]int, 16)
	for i := range 16_000 {
		sizes[s.indexOf(record(i, "cust-"+strconv.Itoa(i)))]++
	}
	for i, n := range sizes {
		if n < 800 || n > 1200 {
			t.Errorf("shard %d of 16 has %d of 16000 users", i, n)
		}
	}
	for _, pair := range [][2]string{{"Cust-1", "cust-1"}, {"101", "101.0"}, {"00123", "123"}, {"Straße-9", "STRASSE-9"}} {
		if s.indexOf(record(1, pair[0])) != s.indexOf(record(2, pair[1])) {
			t.Errorf("%q and %q are in two shards", pair[0], pair[1])
		}
	}
	if s.indexOf(record(18, "")) != 2 || s.indexOf(record(19, "")) != 3 {
		t.Error("rows without an id are not taken by their number")
	}
	// The shard of an id must never change: a run is continued by other versions too.
	if got := s.indexOf(record(1, "cust-1")); got != 4 {
		t.Errorf("cust-1 is in shard %d", got)
	}
}

// A deletion whose call had no answer does not keep those after it out of the results of a run
// that is given up.
func TestLateDeletions(t *testing.T) {
	none := func() (r writer.Result, err error, more bool) { return r, nil, false }
	late := map[int]user.Settled{}
	for _, record := range []int{11, 13, 16} {
		late[record] = user.Settled{Record: record, ID: strconv.Itoa(record), Status: user.Deleted, Action: user.Delete}
	}
	m := &merging{beginning: &beginning{shard: &shard{Shard: config.Shard{Index: 1, Count: 1}}}, results: []*shardResults{nil, {next: none, late: late, last: 16}}}
	var written ids
	counts := engine.Summary{Read: 10, Outcomes: map[user.Status]int{}}
	if err := m.writeDeletions(&journal.Journal{}, &written, &counts); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ids{"11", "13", "16"}, written); d != "" || counts.Missing != 3 || counts.SettledUpTo != 16 || counts.Outcomes[user.Deleted] != 3 {
		t.Errorf("%s %+v", d, counts)
	}
}

// ids keeps the ids of outcomes.
type ids []string

func (w *ids) Write(o user.Outcome) error {
	*w = append(*w, o.Record.User.ID)
	return nil
}

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
		(&told{Started: c.shards}).addTo(&s)
		if !s.StartedAt.Equal(c.want) {
			t.Errorf("%s: %s", name, s.StartedAt)
		}
	}
}
