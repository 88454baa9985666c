package engine

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"usersync/sync/guard"
	"usersync/sync/user"
)

// The guard trips once, at the first record over the limit.
func TestMaxErrors(t *testing.T) {
	bad := func(k int) user.Status { return user.Refused }
	every := func(n int) func(int) user.Status {
		return func(k int) user.Status {
			if k%n == 0 {
				return user.Invalid
			}
			return user.Created
		}
	}
	for name, c := range map[string]struct {
		limit   MaxErrors
		outcome func(int) user.Status
		trips   int // at this record; 0 means never
	}{
		"no bound":                         {MaxErrors{}, bad, 0},
		"a number":                         {MaxErrors{Count: 3}, bad, 4},
		"a share, at once":                 {MaxErrors{Percent: 10}, bad, 1},
		"a share, after a thousand":        {MaxErrors{Percent: 10, After: 1000}, bad, 1000},
		"a share that is not reached":      {MaxErrors{Percent: 10, After: 1000}, every(10), 0},
		"a share that is":                  {MaxErrors{Percent: 10, After: 1000}, every(9), 1008},
		"failed and doubtful do not count": {MaxErrors{Percent: 1}, func(k int) user.Status { return []user.Status{user.Failed, user.InDoubt}[k%2] }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g, tripped := newErrorGuard(c.limit), 0
			for k := 1; k <= 5000; k++ {
				err := g.count(&user.Outcome{Status: c.outcome(k)})
				if err == nil {
					continue
				}
				trip, ok := errors.AsType[*guard.Error](err)
				if !ok || trip.Name != "max_errors" || tripped > 0 {
					t.Fatal(err, tripped)
				}
				tripped = k
			}
			if tripped != c.trips {
				t.Errorf("tripped at %d, want %d", tripped, c.trips)
			}
		})
	}
}

// The results of a run that stops can end before the first row with an error, so the guard names
// the most frequent code.
func TestMaxErrorsNamesTheCode(t *testing.T) {
	for want, before := range map[string]int{"; 2 have the code bad_phone": 0, "; at least 2 have the code bad_phone": 1} {
		g := newErrorGuard(MaxErrors{Count: 2 + before, Before: map[user.Status]int{user.Invalid: before}})
		var err error
		for _, code := range []string{"bad_phone", "", "bad_email", "bad_phone"} {
			status := user.Invalid
			if code == "" {
				status = user.Created
			}
			err = g.count(&user.Outcome{Status: status, Code: code})
		}
		trip, ok := errors.AsType[*guard.Error](err)
		if !ok || !strings.HasSuffix(trip.What, want) || trip.Reached != float64(3+before) {
			t.Errorf("%q: %+v", want, trip)
		}
	}
	g := newErrorGuard(MaxErrors{})
	for i := range 2 * mostCodes {
		g.count(&user.Outcome{Status: user.Refused, Code: strconv.Itoa(i)})
	}
	if len(g.codes) != mostCodes {
		t.Errorf("%d codes are counted", len(g.codes))
	}
}

// What an earlier start of the run has met counts too: resuming a run does not reset a
// guard.
func TestMaxErrorsOfAnEarlierStart(t *testing.T) {
	before := map[user.Status]int{user.Created: 900, user.Invalid: 60, user.Refused: 40, user.Failed: 99}
	for name, c := range map[string]struct {
		limit    MaxErrors
		at, next bool // trips at once; at the next wrong record
	}{
		"tripped already":                {MaxErrors{Count: 99, Before: before}, true, false},
		"the next is one too many":       {MaxErrors{Count: 100, Before: before}, false, true},
		"one more is allowed":            {MaxErrors{Count: 101, Before: before}, false, false},
		"some of them are parked":        {MaxErrors{Count: 61, Before: before, Parked: 40}, false, false},
		"a share, looked at already":     {MaxErrors{Percent: 9, After: 1000, Before: before}, true, false},
		"a share that is not reached":    {MaxErrors{Percent: 10, After: 1000, Before: before}, false, false},
		"a share that is not looked at":  {MaxErrors{Percent: 1, After: 2000, Before: before}, false, false},
		"nothing before, nothing allows": {MaxErrors{Percent: 1}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newErrorGuard(c.limit)
			if err := g.check(); (err != nil) != c.at {
				t.Errorf("at once: %v", err)
			}
			if err := g.count(&user.Outcome{Status: user.Refused, Code: user.CodeParked}); err != nil {
				t.Errorf("at a parked one: %v", err)
			}
			if err := g.count(&user.Outcome{Status: user.Refused}); (err != nil) != c.next {
				t.Errorf("at the next: %v", err)
			}
		})
	}
}

// A shard that ends counts the errors of all shards, although no record comes after its own.
func TestMaxErrorsOfAllShards(t *testing.T) {
	limit := MaxErrors{Count: 10, Before: map[user.Status]int{user.Invalid: 6, user.Elsewhere: 6}, Others: func() (settled, bad int) { return 6, 5 }}
	if err := limit.Check(); err == nil {
		t.Error("11 errors of two shards are allowed, although 10 are the limit")
	}
	limit.Count = 11
	if err := limit.Check(); err != nil {
		t.Error(err)
	}
}

// The guard against deletes that find no user adds up what all shards of a run have tried.
func TestAbsentGuardOfShards(t *testing.T) {
	gone := &user.Outcome{Status: user.InDoubt, Code: user.CodeUnprovedAbsent}
	for name, c := range map[string]struct {
		seen, absent int // in other shards
		trips        int // at this delete; 0 means never
	}{
		"alone":                        {0, 0, 51},
		"others found none":            {30, 30, 21},
		"others found most":            {300, 10, 0},
		"others found about half":      {100, 45, 11},
		"all others found none at all": {300, 300, 1},
	} {
		var shared Deletes
		shared.SetOthers(user.FirstDeletes{Tried: c.seen, Absent: c.absent})
		g, tripped := deleteGuard{shared: &shared}, 0
		for k := 1; k <= 200; k++ {
			if g.count(gone) != nil {
				if tripped != 0 {
					t.Errorf("%s: tripped twice", name)
				}
				tripped = k
			}
		}
		if tripped != c.trips {
			t.Errorf("%s: tripped at %d, want %d", name, tripped, c.trips)
		}
		if own := shared.Own(); tripped == 0 && own != (user.FirstDeletes{Tried: user.MaxFirstDeletes, Absent: user.MaxFirstDeletes}) {
			t.Errorf("%s: told %+v", name, own)
		}
	}
}

// A shard that ends counts the deletes of all shards, although no delete comes after its own.
func TestAbsentGuardAtTheEndOfAShard(t *testing.T) {
	for name, c := range map[string]struct {
		own, others user.FirstDeletes
		accepted    bool
		trips       bool
	}{
		"each of ten has twenty":  {own: user.FirstDeletes{Tried: 20, Absent: 20}, others: user.FirstDeletes{Tried: 180, Absent: 180}, trips: true},
		"one more than the limit": {own: user.FirstDeletes{Tried: 20, Absent: 20}, others: user.FirstDeletes{Tried: 81, Absent: 31}, trips: true},
		"half of all":             {own: user.FirstDeletes{Tried: 20, Absent: 20}, others: user.FirstDeletes{Tried: 82, Absent: 31}},
		"few":                     {own: user.FirstDeletes{Tried: 20, Absent: 20}, others: user.FirstDeletes{Tried: 30, Absent: 30}},
		"accepted by a person":    {own: user.FirstDeletes{Tried: 20, Absent: 20}, others: user.FirstDeletes{Tried: 180, Absent: 180}, accepted: true},
	} {
		var d Deletes
		d.SetOwn(c.own)
		d.SetOthers(c.others)
		if err := d.Check(c.accepted); (err != nil) != c.trips {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What an earlier start of the run has tried counts too: continuing a run does not reset the guard.
func TestAbsentGuardOfAnEarlierStart(t *testing.T) {
	gone := &user.Outcome{Status: user.Deleted, Code: user.CodeAlreadyAbsent}
	for name, c := range map[string]struct {
		before   user.FirstDeletes
		accepted bool
		at, next bool // trips at once; at the next delete that finds no user
	}{
		"tripped already":         {before: user.FirstDeletes{Tried: 51, Absent: 51}, at: true},
		"accepted since":          {before: user.FirstDeletes{Tried: 51, Absent: 51}, accepted: true},
		"the next is one too far": {before: user.FirstDeletes{Tried: 50, Absent: 50}, next: true},
		"most were there":         {before: user.FirstDeletes{Tried: 99, Absent: 49}},
		"those are all":           {before: user.FirstDeletes{Tried: 100, Absent: 50}},
	} {
		g := newDeleteGuard(Guards{AbsentOK: c.accepted, Deleted: c.before})
		if err := g.check(); (err != nil) != c.at {
			t.Errorf("%s: at once: %v", name, err)
		}
		if err := g.count(gone); (err != nil) != c.next {
			t.Errorf("%s: at the next: %v", name, err)
		}
	}
}
