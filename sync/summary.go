package sync

import (
	"fmt"

	"usersync/sync/user"
)

// Summary is what a run comes to.
type Summary struct {
	Read        int // records taken, behind Job.From
	Absent      int // those of them that are not of the input
	Written     int // outcomes written
	Outcomes    map[user.Status]int
	SettledUpTo int  // every record up to this ordinal has its outcome written
	Finished    bool // the input was read to its end and every record settled
	// Reading says that a read of the input is still blocked: do not touch it.
	Reading bool
}

// add counts n outcomes.
func (s *Summary) add(status user.Status, n int) {
	if n > 0 {
		s.Outcomes[status] += n
		s.Written += n
	}
}

// closed decides whether the run finished, and whether its numbers add up.
func (s Summary) closed(err error) (Summary, error) {
	if err != nil {
		return s, err
	}
	if s.Read != s.Written {
		return s, &AccountingError{fmt.Sprintf("%d records read, %d outcomes written", s.Read, s.Written)}
	}
	s.Finished = true
	return s, nil
}

// AccountingError says that outcomes and records do not add up: a defect of
// usersync, and never to be taken for a success.
type AccountingError struct{ What string }

func (e *AccountingError) Error() string { return "the outcomes do not add up: " + e.What }

// GuardError says that a guard stopped the run and a person is needed.
type GuardError struct {
	Guard string // the guard's name
	What  string // what it saw, with numbers
	Hint  string
}

func (e *GuardError) Error() string { return e.What }

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
	return &GuardError{
		Guard: "already_absent",
		What:  fmt.Sprintf("%d of the first %d deletes met nobody: this may be the wrong account", g.absent, g.seen),
		Hint:  "check base_url and organization",
	}
}
