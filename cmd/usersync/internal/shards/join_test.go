package shards

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/checkpoint"
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

// The merged run has exactly one outcome for each record, and each is about the user of its record.
func TestWriteChecksOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		settled []string // ids of the records of the shard, from 1; "" is a record without an outcome
		want    any      // the type of the error
	}{
		"as they were read": {[]string{"a", "b", "c"}, nil},
		"one is missing":    {[]string{"a", "", "c"}, new(*user.AccountingError)},
		"the last missing":  {[]string{"a", "b"}, new(*user.AccountingError)},
		"one too many":      {[]string{"a", "b", "c", "d"}, new(*user.AccountingError)},
		"another user":      {[]string{"a", "x", "c"}, new(*checkpoint.InputChangedError)},
	} {
		var stored []writer.Result
		for i, id := range c.settled {
			if id != "" {
				stored = append(stored, writer.Result{Settled: user.Settled{Record: i + 1, ID: id, Status: user.Unchanged}})
			}
		}
		next := func() (r writer.Result, err error, more bool) {
			if len(stored) == 0 {
				return r, nil, false
			}
			r, stored = stored[0], stored[1:]
			return r, nil, true
		}
		none := func() (r writer.Result, err error, more bool) { return r, nil, false }
		j := &Join{part: Part{config.Shard{Count: 1}}, results: []*results{{next: next}, {next: none}}}
		input := func(yield func([]*user.Record, error) bool) {
			for i, id := range []string{"a", "b", "c"} {
				if !yield([]*user.Record{{Origin: user.Origin{Record: i + 1}, User: user.User{ID: id}}}, nil) {
					return
				}
			}
		}
		var written ids
		counts, err := j.Write(t.Context(), input, &journal.Journal{}, &written)
		if c.want == nil {
			if err != nil || len(written) != 3 || counts.Outcomes[user.Unchanged] != 3 {
				t.Errorf("%s: %v, wrote %v", name, err, written)
			}
		} else if !errors.As(err, c.want) {
			t.Errorf("%s: %v, want a %T", name, err, c.want)
		}
	}
}
