package run

import (
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/destination/stack"
	"usersync/sync/journal"
)

// unanswered are calls without an outcome that an earlier process has left: they may still be at
// work.
type unanswered struct {
	calls []journal.Sent
	ended time.Time // when the process ended; zero if it was killed
	own   bool      // it was an earlier start of this run
}

// unansweredBy returns those of a run that is continued, or absorbed.
func unansweredBy(h *journal.History, continued bool) unanswered {
	u := unanswered{calls: h.Sent, own: continued}
	if h.End != nil {
		u.ended = h.End.At
	}
	return u
}

// expect notes the calls of runs that are absorbed now, and of those that were just before: by a
// start of this run that was stopped, by another run, or by a command.
func (b *beginning) expect(at *start, absorbed []*history.Run) error {
	just, err := history.JustAbsorbed(b.Config.Output.RunsDir, b.Scope(), b.started.Add(-b.Config.Pace.Timeout))
	for _, r := range append(just, absorbed...) {
		at.unanswered = append(at.unanswered, unansweredBy(r.Journal, false))
	}
	return err
}

// quiet knows which calls of processes before this one may still be at work.
func (r *Run) quiet() *stack.Quiet {
	q := stack.NewQuiet(r.started, r.Config.Pace.Timeout)
	for _, u := range r.at.unanswered {
		for _, s := range u.calls {
			q.Expect(s.ID, u.by(&s), u.ended)
		}
	}
	return q
}

// by is the record of this run that repeats a call; 0 if none does.
func (u unanswered) by(s *journal.Sent) int {
	if u.own {
		return s.Record
	}
	return 0
}
