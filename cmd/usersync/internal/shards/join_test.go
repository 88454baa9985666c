package shards

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
)

// A deletion whose call had no answer does not keep those after it out of the results of a run
// that is given up.
func TestLateDeletions(t *testing.T) {
	none := func() (r writer.Result, err error, more bool) { return r, nil, false }
	late := map[int]user.Settled{}
	for _, record := range []int{11, 13, 16} {
		late[record] = user.Settled{Record: record, ID: strconv.Itoa(record), Status: user.Deleted, Action: user.Delete}
	}
	j := &Join{part: Part{config.Shard{Index: 1, Count: 1}}, results: []*results{nil, {next: none, late: late, last: 16}}}
	var written ids
	counts := engine.Summary{Read: 10, Outcomes: map[user.Status]int{}}
	if err := j.writeDeletions(&journal.Journal{}, &written, &counts); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ids{"11", "13", "16"}, written); d != "" || counts.Missing != 3 || counts.SettledUpTo != 16 || counts.Outcomes[user.Deleted] != 3 {
		t.Errorf("%s %+v", d, counts)
	}
}

// ids keeps the ids of outcomes.
type ids []string

func (w *ids) Write(o *user.Outcome) error {
	*w = append(*w, o.Record.User.ID)
	return nil
}
