package progress

import (
	"fmt"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/writer/report"
)

// line says how far the run is, problems first, because a narrow terminal cuts off the end:
//
//	paused for 4s more: Retry-After; 1,234,567 users, 12,346 calls in 2m5s, 9,870/s, 12 invalid, 3 refused
func (p *Progress) line(now time.Time, s *speed) string {
	settled := int(p.settled.Load())
	var b strings.Builder
	if p.source.Note != nil {
		if note := p.source.Note(); note != "" {
			b.WriteString(note + "; ")
		}
	}
	b.WriteString(report.Count(settled, "user"))
	if p.source.Calls != nil {
		b.WriteString(", " + report.Count(p.source.Calls(), "call"))
	}
	fmt.Fprintf(&b, " in %s, %s/s", s.since(now), report.Thousands(s.at(now, settled)))
	for i, status := range user.Statuses {
		if n := p.rejects[i].Load(); n > 0 {
			fmt.Fprintf(&b, ", %s %s", report.Thousands(int(n)), report.Label(status))
		}
	}
	return b.String()
}

// speed is users per second over the last few lines: enough of them to be steady, few enough to
// show that something has stopped.
type speed struct {
	start   time.Time
	samples [10]sample // a ring
	next    int
}

type sample struct {
	at      time.Time
	settled int
}

func newSpeed(start time.Time) *speed {
	s := &speed{start: start}
	for i := range s.samples {
		s.samples[i].at = start
	}
	return s
}

func (s *speed) since(now time.Time) time.Duration { return now.Sub(s.start).Round(time.Second) }

func (s *speed) at(now time.Time, settled int) int {
	oldest := s.samples[s.next]
	s.samples[s.next] = sample{now, settled}
	s.next = (s.next + 1) % len(s.samples)
	took := now.Sub(oldest.at).Seconds()
	if took <= 0 {
		return 0
	}
	return int(float64(settled-oldest.settled)/took + 0.5)
}
