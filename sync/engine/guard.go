package engine

import (
	"errors"
	"fmt"
	"sync"

	"usersync/sync/guard"
	"usersync/sync/user"
)

// deleteGuard stops a run that deletes users that do not exist: most likely it uses the
// wrong account. Users whose deletion is remembered are expected not to.
type deleteGuard struct {
	accepted bool // by a person
	first    user.FirstDeletes
	shared   *Deletes
	tripped  bool
}

func newDeleteGuard(g Guards) deleteGuard {
	return deleteGuard{accepted: g.AbsentOK, first: g.Deleted, shared: g.Deletes}
}

// Deletes are the first users to delete of a shard of a run, and of the other shards. It is
// safe for concurrent use.
type Deletes struct {
	mu          sync.Mutex
	own, others user.FirstDeletes
}

// Own returns those of this shard.
func (d *Deletes) Own() user.FirstDeletes {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.own
}

// SetOwn sets those of this shard: before it starts, what an earlier start of it has tried.
func (d *Deletes) SetOwn(own user.FirstDeletes) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.own = own
}

// SetOthers sets the sums of the other shards.
func (d *Deletes) SetOthers(sum user.FirstDeletes) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.others = sum
}

// Check returns a *guard.Error if all shards together have not found too many of them; accepted
// allows any number.
func (d *Deletes) Check(accepted bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return CheckDeletes(d.own.And(d.others), accepted)
}

// AbsentGuard is the name of the guard against deletes that find no user.
const AbsentGuard = "already_absent"

const maxAbsent = user.MaxFirstDeletes / 2

func (g *deleteGuard) count(o *user.Outcome) error {
	before := g.first
	if g.first.Add(o); g.first == before {
		return nil
	}
	if g.shared != nil {
		g.shared.SetOwn(g.first)
	}
	return g.check()
}

// check returns an error, once, if too many users were not found.
func (g *deleteGuard) check() error {
	err := CheckDeletes(g.first, g.accepted)
	if g.shared != nil {
		err = g.shared.Check(g.accepted)
	}
	if err == nil || g.tripped {
		return nil
	}
	g.tripped = true
	return err
}

// checkBefore checks what an earlier start of the run has tried. A person may have corrected since
// what no setting shows, such as a token.
func (g *deleteGuard) checkBefore() error {
	err := g.check()
	if tripped, ok := errors.AsType[*guard.Error](err); ok && g.shared == nil {
		tripped.Hint += "; if something is corrected since, --new starts a new run"
	}
	return err
}

// CheckDeletes returns a *guard.Error if too many of the first users to delete were not found.
// Of several shards of a run, the first ones are those of each. accepted allows any number.
func CheckDeletes(first user.FirstDeletes, accepted bool) error {
	if first.Absent <= maxAbsent || 2*first.Absent <= first.Tried || accepted {
		return nil
	}
	return &guard.Error{
		Name: AbsentGuard,
		What: fmt.Sprintf("%d of the first %d users to delete were not found: this may be the wrong address, the wrong account or a wrong list", first.Absent, first.Tried),
		Hint: "check base_url, the account and the ids; if these users are really no longer there, accept that with --absent-ok",
	}
}

// MaxErrors is how many records may be invalid or refused before a run stops. The zero
// value sets no limit.
type MaxErrors struct {
	// Count is a number of records; 0 means no limit.
	Count int
	// Percent is a share of the settled records, checked once After are settled; 0
	// means no limit.
	Percent float64
	After   int
	// Before are the outcomes that an earlier start of the run has written. They count
	// too: a guard that has stopped the run stops it again until more is allowed.
	Before map[user.Status]int
	// Parked is how many of the refused ones among these are parked, which do not count.
	Parked int
	// Others returns what other shards of the run have settled, and how much of that is
	// invalid or refused; nil if there are none.
	Others func() (settled, bad int)
}

// Check returns a *guard.Error if Before and Others together exceed the limit.
func (l MaxErrors) Check() error {
	g := newErrorGuard(l)
	return g.check()
}

// errorGuard stops a run in which too much goes wrong: most likely the mapping or the
// account is wrong.
type errorGuard struct {
	limit   MaxErrors
	settled int
	bad     int
	tripped bool
	codes   map[string]int // of those that this process has settled
}

// mostCodes bounds the codes that are counted: an API's own codes need not be few.
const mostCodes = 1000

func newErrorGuard(limit MaxErrors) errorGuard {
	g := errorGuard{limit: limit, codes: map[string]int{}, bad: limit.Before[user.Invalid] + limit.Before[user.Refused] - limit.Parked}
	for status, n := range limit.Before {
		if status != user.Elsewhere {
			g.settled += n
		}
	}
	return g
}

func (g *errorGuard) count(o *user.Outcome) error {
	if o.Status == user.Elsewhere {
		return nil
	}
	g.settled++
	bad := (o.Status == user.Invalid || o.Status == user.Refused) && o.Code != user.CodeParked
	if bad {
		g.bad++
		if g.codes[o.Code] > 0 || len(g.codes) < mostCodes {
			g.codes[o.Code]++
		}
	}
	if !bad && g.limit.Others == nil {
		return nil
	}
	return g.check()
}

// check returns an error, once, if the limit is exceeded.
func (g *errorGuard) check() error {
	l, settled, bad := g.limit, g.settled, g.bad
	if l.Others != nil {
		s, b := l.Others()
		settled, bad = settled+s, bad+b
	}
	exceeded := l.Count > 0 && bad > l.Count ||
		l.Percent > 0 && settled >= l.After && float64(bad) > l.Percent/100*float64(settled)
	if !exceeded || g.tripped {
		return nil
	}
	g.tripped = true
	return &guard.Error{
		Name: "max_errors", Reached: float64(bad),
		What: fmt.Sprintf("%d of the first %d records settled are invalid or refused: more than --max-errors allows", bad, settled) + g.mostFrequent(bad),
		Hint: "usersync help CODE says what a code means, and rejects has the rows that were written before the stop; if all is as expected, allow more with --max-errors",
	}
}

// mostFrequent names the most frequent code: the results may end before the first of its rows.
// all is how many there are, of which an earlier start of the run and other shards may have met some.
func (g *errorGuard) mostFrequent(all int) string {
	code, n, sum := "", 0, 0
	for c, k := range g.codes {
		sum += k
		if c != "" && (k > n || k == n && c < code) {
			code, n = c, k
		}
	}
	if n == 0 {
		return ""
	}
	if sum < all {
		return fmt.Sprintf("; at least %d have the code %s", n, code)
	}
	return fmt.Sprintf("; %d have the code %s", n, code)
}
