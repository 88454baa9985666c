package writer

import (
	"fmt"
	"strings"
	"time"

	"usersync/sync/user"
)

// line tells how far the run is, trouble first, for a narrow terminal cuts the end:
//
//	paused for 4s more: Retry-After; 1,234,567 users, 12,346 calls in 2m5s, 9,870/s, 12 invalid, 3 refused
func (p *Progress) line(now time.Time, s *speed) string {
	settled := int(p.settled.Load())
	var b strings.Builder
	if note := p.options.Note(); note != "" {
		b.WriteString(note + "; ")
	}
	b.WriteString(count(settled, "user"))
	if p.options.Calls != nil {
		b.WriteString(", " + count(p.options.Calls(), "call"))
	}
	fmt.Fprintf(&b, " in %s, %s/s", s.since(now), grouped(s.at(now, settled)))
	for i, status := range user.Statuses {
		if n := p.rejects[i].Load(); n > 0 {
			fmt.Fprintf(&b, ", %s %s", grouped(int(n)), spoken(status))
		}
	}
	return b.String()
}

// speed is users a second over the last few lines: enough of them to be calm,
// few enough to show that something has stopped.
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

// grouped writes 1234567 as 1,234,567.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count writes 1 and "user" as 1 user, 2 as 2 users.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return grouped(n) + " " + what
}

// spoken is a status as one says it: in doubt.
func spoken(s user.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// cut shortens text to at most n characters.
func cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:max(n, 0)])
}
