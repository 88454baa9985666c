package history

import (
	"os"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Staleness finds rejects that are out of date when they are sent again. It is for one
// goroutine, the engine's planner.
type Staleness struct {
	Run string // the run that sends them
	Dir string // the runs directory
	// Order returns the places of runs in the ledger's own order, by name; nil knows
	// of none. Without it, and for runs that the ledger does not know, the order is
	// that of the times in their names, and within a second that of their journals.
	Order func(runs ...string) map[string]int64
	// Unchanged lists the users that earlier runs saw unchanged; nil means none. It is
	// called when the first reject needs it.
	Unchanged func() []ledger.Unchanged

	orders map[string]int64
	starts map[string]time.Time
	seen   []ledger.Unchanged
}

// Superseded reports whether something is known about the user that is newer than the
// reject. A record that was superseded before still is.
func (s *Staleness) Superseded(r *user.Record, known user.LedgerEntry) bool {
	before := r.Origin.Before
	switch {
	case before.Code == user.CodeSuperseded:
		return true
	case known.Run == "" || known.Run == s.Run:
		return false // nothing is known, or only from an earlier row of this input
	case known.Run == before.Run && known.Record > before.Record,
		known.Run != before.Run && s.later(known.Run, before.Run):
		return true
	}
	return s.unchangedSince(known.Row, before.Run)
}

// unchangedSince reports whether a run later than the given one saw the user, and
// had nothing to change.
func (s *Staleness) unchangedSince(row int64, run string) bool {
	if s.Unchanged != nil {
		s.seen, s.Unchanged = s.Unchanged(), nil
	}
	for _, u := range s.seen {
		if u.Run != run && u.Run != s.Run && u.Rows.Has(row) && s.later(u.Run, run) {
			return true
		}
	}
	return false
}

// stampWidth is the length of the start time in a run's name.
const stampWidth = len("20060102T150405Z")

// later reports whether run a started after run b: by the ledger's order, which does not
// depend on a clock; for runs without a place there, by the second in their names, or
// within a second by their journals. If that is unknown it returns true: a user who is not
// sent today can be sent tomorrow.
func (s *Staleness) later(a, b string) bool {
	if one, two := s.orderOf(a), s.orderOf(b); one > 0 && two > 0 {
		return one > two
	}
	if len(a) > stampWidth && len(b) > stampWidth && a[:stampWidth] != b[:stampWidth] {
		return a > b
	}
	one, two := s.startOf(a), s.startOf(b)
	return one.IsZero() || two.IsZero() || one.After(two)
}

// orderOf returns the place of a run in the ledger's order; 0 if it has none.
func (s *Staleness) orderOf(run string) int64 {
	order, asked := s.orders[run]
	if asked || s.Order == nil {
		return order
	}
	if s.orders == nil {
		s.orders = map[string]int64{}
	}
	s.orders[run] = s.Order(run)[run]
	return s.orders[run]
}

// startOf returns when a run started; zero if unknown.
func (s *Staleness) startOf(run string) time.Time {
	if at, ok := s.starts[run]; ok {
		return at
	}
	if s.starts == nil {
		s.starts = map[string]time.Time{}
	}
	at, err := startOf(s.Dir, run)
	if err != nil {
		at = time.Time{} // the run may have been removed, which is fine
	}
	s.starts[run] = at
	return at
}

func startOf(dir, run string) (time.Time, error) {
	h, err := headerOf(dir, run)
	return h.Started, err
}

// headerOf reads how a run was begun; the zero Header if it never was.
func headerOf(dir, run string) (h journal.Header, err error) {
	err = withJournal(dir, run, func(f *os.File, size int64) (err error) {
		h, err = journal.ReadHeader(f, size)
		return err
	})
	return h, err
}
