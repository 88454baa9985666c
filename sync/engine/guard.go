package engine

import (
	"fmt"

	"usersync/sync/guard"
	"usersync/sync/user"
)

// deleteGuard stops a run that deletes users who are not there: most likely it
// looks at the wrong account.
type deleteGuard struct{ seen, absent int }

const (
	firstDeletes = 100
	mostAbsent   = firstDeletes / 2
)

func (g *deleteGuard) count(o *user.Outcome) error {
	if o.Status != user.Deleted || g.seen == firstDeletes {
		return nil
	}
	g.seen++
	if o.Code == user.CodeAlreadyAbsent {
		g.absent++
	}
	if g.absent != mostAbsent+1 {
		return nil
	}
	return &guard.Error{
		Name: "already_absent",
		What: fmt.Sprintf("%d of the first %d deletes met nobody: this may be the wrong account", g.absent, g.seen),
		Hint: "check base_url and organization",
	}
}

// MaxErrors is how many records may be invalid or refused before a run stops. Its
// zero value is without bound.
type MaxErrors struct {
	// Count is a number of records; 0 is none.
	Count int
	// Percent of the records settled, looked at once After are; 0 is none.
	Percent float64
	After   int
	// Before are the outcomes that an earlier start of the run has written: they
	// count as well. A guard that has tripped trips again until more is allowed.
	Before map[user.Status]int
}

// errorGuard stops a run in which too much goes wrong: most likely the mapping or
// the account is.
type errorGuard struct {
	limit   MaxErrors
	settled int
	wrong   int
	told    bool
}

func newErrorGuard(limit MaxErrors) errorGuard {
	g := errorGuard{limit: limit, wrong: limit.Before[user.Invalid] + limit.Before[user.Refused]}
	for _, n := range limit.Before {
		g.settled += n
	}
	return g
}

func (g *errorGuard) count(o *user.Outcome) error {
	g.settled++
	if o.Status != user.Invalid && o.Status != user.Refused {
		return nil
	}
	g.wrong++
	return g.check()
}

// check finds out whether it is too many by now, and says so once.
func (g *errorGuard) check() error {
	l := g.limit
	many := l.Count > 0 && g.wrong > l.Count ||
		l.Percent > 0 && g.settled >= l.After && float64(g.wrong) > l.Percent/100*float64(g.settled)
	if !many || g.told {
		return nil
	}
	g.told = true
	return &guard.Error{
		Name: "max_errors",
		What: fmt.Sprintf("%d of the first %d records settled are invalid or refused: more than --max-errors allows", g.wrong, g.settled),
		Hint: "look at the codes in rejects; if they are as expected, allow more with --max-errors",
	}
}
