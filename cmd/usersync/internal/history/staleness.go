package history

import (
	"math"
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
	// Order returns what the ledger knows of runs, by name; nil knows of none. A run that
	// was continued after another one has records before and after it. For runs that the
	// ledger does not know, the order is that of the times in their names, and within a
	// second that of their journals.
	Order func(runs ...string) map[string]ledger.Run
	// Unchanged lists the users that earlier runs saw unchanged; nil means none. It is
	// called when the first reject needs it.
	Unchanged func() []ledger.Unchanged

	runs   map[string]ledger.Run
	starts map[string]time.Time
	seen   []ledger.Unchanged
}

// Superseded reports whether something is known about the user that is newer than the
// reject. A record that was superseded before still is.
func (s *Staleness) Superseded(r *user.Record, known user.LedgerEntry) bool {
	before, run := r.Origin.Before, ledger.MainRun(known.Run) // rejects are those of the whole run
	switch {
	case before.Code == user.CodeSuperseded:
		return true
	case known.Run == "" || known.Run == s.Run:
		return false // nothing is known, or only from an earlier row of this input
	case run == before.Run && known.Record > before.Record,
		run != before.Run && s.later(at{run, known.Record}, at{before.Run, before.Record}):
		return true
	}
	return s.unchangedSince(known.Row, at{before.Run, before.Record})
}

// at is a record of a run.
type at struct {
	run    string
	record int
}

// unchangedSince reports whether a run saw the user later than the given record, and had
// nothing to change. Which of its parts that was is not known: the last one, so that a
// reject is rather not sent.
func (s *Staleness) unchangedSince(row int64, reject at) bool {
	if s.Unchanged != nil {
		s.seen, s.Unchanged = s.Unchanged(), nil
	}
	for _, u := range s.seen {
		if run := ledger.MainRun(u.Run); run != reject.run && u.Run != s.Run && u.Rows.Has(row) && s.later(at{run, math.MaxInt}, reject) {
			return true
		}
	}
	return false
}

// stampWidth is the length of the start time in a run's name.
const stampWidth = len("20060102T150405Z")

// later reports whether record a came after record b of another run: by the ledger's order,
// which does not depend on a clock; for runs without a place there, by the second in their
// names, or within a second by their journals. If that is unknown it returns true: a user who
// is not sent today can be sent tomorrow.
func (s *Staleness) later(a, b at) bool {
	if one, two := s.placeOf(a), s.placeOf(b); one.Known() && two.Known() {
		return one.Compare(two) > 0
	}
	if len(a.run) > stampWidth && len(b.run) > stampWidth && a.run[:stampWidth] != b.run[:stampWidth] {
		return a.run > b.run
	}
	one, two := s.startOf(a.run), s.startOf(b.run)
	return one.IsZero() || two.IsZero() || one.After(two)
}

// placeOf returns the place of a record in the ledger's order, if its run has one.
func (s *Staleness) placeOf(a at) ledger.RunPlace {
	run, asked := s.runs[a.run]
	if !asked && s.Order != nil {
		if s.runs == nil {
			s.runs = map[string]ledger.Run{}
		}
		run = s.Order(a.run)[a.run]
		s.runs[a.run] = run
	}
	return run.Place(a.record)
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
