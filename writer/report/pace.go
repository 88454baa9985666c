package report

import (
	"fmt"
	"time"
)

// mostPaceLines keeps the report on one screen.
const mostPaceLines = 5

// pace says what held the calls back: the limit, then each event, with events of the same kind and reason
// on one line.
func pace(p *Pace) []string {
	if p == nil {
		return nil
	}
	lines := []string{"no limit"}
	if p.Ceiling > 0 {
		lines[0] = fmt.Sprintf("at most %.4g calls per second", p.Ceiling)
		if p.Ceiling == 1 {
			lines[0] = "at most 1 call per second"
		}
	}
	groups := groupEvents(p.Events)
	for i, d := range groups {
		if i == mostPaceLines {
			return append(lines, fmt.Sprintf("and more: %s in summary.json", Count(len(p.Events), "event")))
		}
		lines = append(lines, d.String())
	}
	return lines
}

// eventGroup is what the pace did for one reason, once or more often.
type eventGroup struct {
	what, why string
	times     int
	held      float64 // seconds
}

func groupEvents(events []PaceEvent) []*eventGroup {
	type key struct{ what, why string }
	var groups []*eventGroup
	known := map[key]*eventGroup{}
	for _, e := range events {
		k := key{e.What, e.Why}
		d := known[k]
		if d == nil {
			d = &eventGroup{what: e.What, why: e.Why}
			known[k] = d
			groups = append(groups, d)
		}
		d.times++
		d.held += e.Seconds
	}
	return groups
}

// String says what was done, how often, for how long and why.
func (d *eventGroup) String() string {
	text := d.what
	switch {
	case d.times == 2:
		text += " twice"
	case d.times > 2:
		text += " " + Thousands(d.times) + " times"
	}
	if d.held > 0 {
		text += " for " + formatDuration(time.Duration(d.held*float64(time.Second)))
	}
	if d.why != "" {
		text += ": " + trimmed(d.why, 60)
	}
	return text
}
