package progress

import (
	"fmt"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/writer/report"
)

const between = " · "

// line says how far the run is, problems first, because a narrow terminal cuts off the end:
//
//	paused for 4s more: Retry-After · 12,300/48,000 25.6% · created 12,180 · unchanged 0 · rejects 96 · retrying 24 · 118/s · 429×3 · ETA 5m02s · 1,234 calls in 1m44s
func (p *Progress) line(now time.Time, s *speed) string {
	settled := p.settled()
	rate := s.at(now, settled-p.before)
	x := p.source.extent()
	parts := []string{p.source.note(), counted(settled, x)}
	parts = append(parts, p.outcomes()...)
	if n := p.source.retrying(); n > 0 {
		parts = append(parts, "retrying "+report.Thousands(n))
	}
	parts = append(parts, report.Thousands(rate)+"/s")
	if n := p.source.throttled(); n > 0 {
		parts = append(parts, "429×"+report.Thousands(n))
	}
	if left, known := s.left(now, settled-p.before, x.total()-float64(settled)); known {
		parts = append(parts, "ETA "+duration(left))
	}
	took := "in " + s.since(now).String()
	if p.source.Calls != nil {
		took = report.Count(p.source.Calls(), "call") + " " + took
	}
	return strings.TrimPrefix(strings.Join(append(parts, took), between), between)
}

// counted says how many records are settled, and of how many.
func counted(settled int, x Extent) string {
	text := report.Count(settled, "user")
	total := x.total()
	if x.Total > 0 && settled <= x.Total {
		text = report.Thousands(settled) + "/" + report.Thousands(x.Total)
	}
	if total <= 0 || float64(settled) > total {
		return text
	}
	percent := 100 * float64(settled) / total
	if float64(settled) < total {
		percent = min(percent, 99.9) // 100.0 is for the end
	}
	return text + fmt.Sprintf(" %.1f%%", percent)
}

// always are the outcomes that are shown although there are none.
var always = map[user.Status]bool{user.Created: true, user.Unchanged: true}

// outcomes counts the successes by outcome, and all rejects together.
func (p *Progress) outcomes() []string {
	var parts []string
	rejects := 0
	for i, status := range user.Statuses {
		n := int(p.counts[i].Load())
		switch {
		case status.Rejected():
			rejects += n
		case n > 0 || always[status]:
			parts = append(parts, report.Label(status)+" "+report.Thousands(n))
		}
	}
	return append(parts, "rejects "+report.Thousands(rejects))
}

// duration writes the time that is left as people say it: 42s, 5m02s, 2h05m.
func duration(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
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

// left estimates how long the rest takes, at the average speed since the start: that of the
// last few lines jumps with every pause. It is not known before anything is settled.
func (s *speed) left(now time.Time, settled int, rest float64) (time.Duration, bool) {
	took := now.Sub(s.start)
	if settled <= 0 || rest < 0 || took <= 0 {
		return 0, false
	}
	return time.Duration(float64(took) * rest / float64(settled)), true
}
