package stack_test

import (
	"context"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/split"
	"usersync/sync/user"
)

// atMost is how many records one call may carry.
type atMost int

func (n atMost) Fits(user.Batch) int { return int(n) }

// A batch that is too large for one call is sent in chunks, and a chunk that fails
// affects its own users only.
func TestChunked(t *testing.T) {
	for name, test := range map[string]struct {
		fits   destination.Sizer
		faults []fault
		want   string
		calls  string
		err    bool
	}{
		"no bound":              {nil, nil, "created created created", "create a b c", false},
		"all fit":               {atMost(3), nil, "created created created", "create a b c", false},
		"two fit":               {atMost(2), nil, "created created created", "create a b, create c", false},
		"nobody fits":           {atMost(0), nil, "created created created", "create a, create b, create c", false},
		"the first is lost":     {atMost(2), []fault{lostAfter}, "in_doubt in_doubt created", "create a b: lost after the commit, create c", false},
		"the second is busy":    {atMost(2), []fault{none, busy429}, "created created _busy", "create a b, create c: 429", false},
		"the second is refused": {atMost(2), []fault{none, whole422}, "created created refused", "create a b, create c: 422 for the whole call", false},
		"the second is denied":  {atMost(1), []fault{none, denied}, "created unsettled unsettled", "create a, create b: 403", true},
		"one call that fails":   {atMost(3), []fault{busy429}, "", "create a b c: 429", true},
	} {
		f := scene{replay: destination.Detectable}.fake()
		f.applied = func(call int, _ user.Batch) fault {
			if call < len(test.faults) {
				return test.faults[call]
			}
			return none
		}
		batch := user.Batch{Number: 1, Op: user.Create, Records: records("a=1 b=2 c=3", user.Upsert)}
		outcomes, err := split.Chunked{API: readable{f}, Sizer: test.fits}.Apply(context.Background(), batch)
		var got []string
		for _, o := range outcomes {
			if o.Status == user.Unsettled {
				o.Status = "unsettled"
			}
			got = append(got, string(o.Status))
		}
		if strings.Join(got, " ") != test.want || strings.Join(f.calls, ", ") != test.calls || (err != nil) != test.err {
			t.Errorf("%s: %v %v %v", name, got, f.calls, err)
		}
	}
}
