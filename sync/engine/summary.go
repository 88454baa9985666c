package engine

import (
	"fmt"

	"usersync/sync/user"
)

// Summary is the result of a run.
type Summary struct {
	Read        int // records taken, after Job.Written
	Missing     int // of these, missing users
	Written     int // outcomes written
	Outcomes    map[user.Status]int
	SettledUpTo int // every record up to this ordinal has its outcome written
	// PerhapsTaken counts the records after SettledUpTo that calls have, or may have,
	// delivered.
	PerhapsTaken int
	Finished     bool // the input was read to its end and every record settled
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

// finish decides whether the run finished, and whether its numbers add up.
func (s Summary) finish(err error) (Summary, error) {
	if err != nil {
		return s, err
	}
	if s.Read != s.Written {
		return s, &user.AccountingError{What: fmt.Sprintf("%d records read, %d outcomes written", s.Read, s.Written)}
	}
	s.Finished = true
	return s, nil
}
