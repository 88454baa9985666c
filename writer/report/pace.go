package report

import (
	"fmt"
	"time"
)

// mostPaceLines keeps the report to a screenful.
const mostPaceLines = 5

// pace says what held the calls back: the ceiling, then what was done, the
// same thing for the same reason on one line.
func pace(p *Pace) []string {
	if p == nil {
		return nil
	}
	lines := []string{"no limit"}
	if p.Ceiling > 0 {
		lines[0] = fmt.Sprintf("at most %.4g calls a second", p.Ceiling)
	}
	deeds := alike(p.Events)
	for i, d := range deeds {
		if i == mostPaceLines {
			return append(lines, fmt.Sprintf("and more: %s in summary.json", Count(len(p.Events), "event")))
		}
		lines = append(lines, d.String())
	}
	return lines
}

// deed is what the pace did for one reason, once or more often.
type deed struct {
	what, why string
	times     int
	held      float64 // seconds
}

func alike(events []PaceEvent) []*deed {
	type key struct{ what, why string }
	var deeds []*deed
	known := map[key]*deed{}
	for _, e := range events {
		k := key{e.What, e.Why}
		d := known[k]
		if d == nil {
			d = &deed{what: e.What, why: e.Why}
			known[k] = d
			deeds = append(deeds, d)
		}
		d.times++
		d.held += e.Seconds
	}
	return deeds
}

// String says what was done, how often, for how long and why.
func (d *deed) String() string {
	text := d.what
	switch {
	case d.times == 2:
		text += " twice"
	case d.times > 2:
		text += " " + Grouped(d.times) + " times"
	}
	if d.held > 0 {
		text += " for " + spell(time.Duration(d.held*float64(time.Second)))
	}
	if d.why != "" {
		text += ": " + trimmed(d.why, 60)
	}
	return text
}
