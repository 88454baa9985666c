package main

import (
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// staleness tells rejects that are fed again from what is known of their users
// since. It is for the engine's planner alone.
type staleness struct {
	run     string // this run
	runsDir string
	starts  map[string]time.Time
	// unchanged tells whom earlier runs saw so; nil knows of none. It is asked when
	// the first reject needs it.
	unchanged func() []ledger.Unchanged
	seen      []ledger.Unchanged
}

// superseded reports whether what is known of the user came later than the
// record was rejected. A record that was superseded before still is.
func (s *staleness) superseded(r *user.Record, known user.Known) bool {
	before := r.Origin.Before
	switch {
	case before.Code == user.CodeSuperseded:
		return true
	case known.Run == "" || known.Run == s.run:
		return false // nothing is known, or what an earlier row of this input did
	case known.Run == before.Run && known.Record > before.Record,
		known.Run != before.Run && s.later(known.Run, before.Run):
		return true
	}
	return s.unchangedSince(known.Row, before.Run)
}

// unchangedSince reports whether a run later than the given one saw the user, and
// had nothing to change.
func (s *staleness) unchangedSince(row int64, run string) bool {
	if s.unchanged != nil {
		s.seen, s.unchanged = s.unchanged(), nil
	}
	for _, u := range s.seen {
		if u.Run != run && u.Run != s.run && u.Rows.Has(row) && s.later(u.Run, run) {
			return true
		}
	}
	return false
}

// stampWidth is how much of a run's name says when it was begun.
const stampWidth = len("20060102T150405Z")

// later compares two runs: by the second in their names, else by their journals.
// Where nothing tells it is true: a user who is not sent can be sent tomorrow.
func (s *staleness) later(a, b string) bool {
	if len(a) > stampWidth && len(b) > stampWidth && a[:stampWidth] != b[:stampWidth] {
		return a > b
	}
	one, two := s.startOf(a), s.startOf(b)
	return one.IsZero() || two.IsZero() || one.After(two)
}

// startOf returns when a run of the runs directory was begun; zero if nothing
// tells.
func (s *staleness) startOf(run string) time.Time {
	if at, ok := s.starts[run]; ok {
		return at
	}
	if s.starts == nil {
		s.starts = map[string]time.Time{}
	}
	at, err := startOf(s.runsDir, run)
	if err != nil {
		at = time.Time{} // the run may have been removed, and nothing depends on it
	}
	s.starts[run] = at
	return at
}

func startOf(runsDir, run string) (at time.Time, err error) {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return at, err
	}
	defer dir.Close()
	f, err := dir.Read(journalFile)
	if err != nil {
		return at, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return at, err
	}
	return journal.Begun(f, info.Size())
}
