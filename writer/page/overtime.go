package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/writer/report"
)

// overTime is how a run went: its outcomes, and its calls against the limit.
type overTime struct {
	Outcomes, Calls chart
	Statuses        []user.Status // that occur
	Limited         bool          // there was a limit of calls per second
	Failures        bool          // some calls failed
	Throttled       int           // calls that were answered with 429
	Width           int           // of a column, in seconds
	First           int           // record that it begins with; 0 if it covers the whole run
	Rows            []moment
}

// moment is a column in figures.
type moment struct {
	At       string
	Outcomes []int
	report.Point
	Rate float64 // calls per second
}

// newOverTime returns nil if a run was too short to show anything.
func newOverTime(s *report.Summary) *overTime {
	line := s.Activity.Timeline
	if len(line.Points) == 0 || line.WidthSeconds <= 0 || line.Points[len(line.Points)-1].At < line.WidthSeconds {
		return nil
	}
	t := &overTime{Statuses: occurring(line.Points), Width: line.WidthSeconds}
	if s.Activity.FirstRecord > 1 {
		t.First = s.Activity.FirstRecord
	}
	for _, p := range line.Points {
		t.Rows = append(t.Rows, t.moment(p))
		t.Limited, t.Failures, t.Throttled = t.Limited || p.PerSecond > 0, t.Failures || p.Failed > 0, t.Throttled+p.Throttled
	}
	t.drawOutcomes()
	t.drawCalls()
	return t
}

func (t *overTime) moment(p report.Point) moment {
	m := moment{At: lasting(time.Duration(p.At) * time.Second), Point: p, Rate: float64(p.Calls) / float64(t.Width)}
	for _, status := range t.Statuses {
		m.Outcomes = append(m.Outcomes, p.Outcomes[status])
	}
	return m
}

// occurring are the statuses of any point, in the order of reports.
func occurring(points []report.Point) (list []user.Status) {
	for _, status := range user.Statuses {
		if slices.ContainsFunc(points, func(p report.Point) bool { return p.Outcomes[status] > 0 }) {
			list = append(list, status)
		}
	}
	return list
}

// columns is how many columns there are, also where nothing happened.
func (t *overTime) columns() int { return t.Rows[len(t.Rows)-1].Point.At/t.Width + 1 }

// frame is a chart with nothing in it.
func (t *overTime) frame(top float64) chart {
	n := t.columns()
	end := time.Duration(n*t.Width) * time.Second
	return chart{Width: n, Few: few(n), Top: rate(top), Middle: rate(top / 2), Start: "start", Half: lasting(end / 2), End: lasting(end)}
}

// mostTitles is how many bars of a chart have a title: more would make a page large. The
// table has all numbers.
const mostTitles = 400

func (t *overTime) drawOutcomes() {
	most, best := 0.0, t.Rows[0]
	for _, m := range t.Rows {
		sum := 0
		for _, n := range m.Outcomes {
			sum += n
		}
		if perSecond := float64(sum) / float64(t.Width); perSecond > most {
			most, best = perSecond, m
		}
	}
	top := ceiling(most)
	t.Outcomes = t.frame(top)
	t.Outcomes.Summary = fmt.Sprintf("Records per second over time, by outcome. The highest column is %s per second, at %s.", rate(most), best.At)
	for _, m := range t.Rows {
		base := 0.0
		for i, n := range m.Outcomes {
			if n == 0 {
				continue
			}
			v := float64(n) / float64(t.Width)
			title := ""
			if len(t.Rows)*len(t.Statuses) <= mostTitles {
				title = fmt.Sprintf("%s: %s %s", m.At, report.Thousands(n), report.Label(t.Statuses[i]))
			}
			t.Outcomes.Bars = append(t.Outcomes.Bars, column(m.Point.At/t.Width, base, v, top, string(t.Statuses[i]), title))
			base += v
		}
	}
}

func (t *overTime) drawCalls() {
	most, limit := 0.0, 0.0
	for _, m := range t.Rows {
		most, limit = max(most, m.Rate), max(limit, m.PerSecond)
	}
	top := ceiling(1.05 * max(most, limit)) // so that the limit is not the upper edge
	t.Calls = t.frame(top)
	t.Calls.Summary = fmt.Sprintf("Calls per second over time. The highest column is %s per second.", rate(most))
	if t.Limited {
		t.Calls.Summary += fmt.Sprintf(" The highest limit is %s per second.", rate(limit))
	}
	if t.Throttled > 0 {
		t.Calls.Summary += fmt.Sprintf(" %s answered with 429.", is(t.Throttled, "call"))
	}
	for _, m := range t.Rows {
		x, failed := m.Point.At/t.Width, float64(m.Failed)/float64(t.Width)
		if m.Calls == 0 {
			continue
		}
		t.Calls.Bars = append(t.Calls.Bars, column(x, 0, m.Rate-failed, top, "call", fmt.Sprintf("%s: %s", m.At, report.Count(m.Calls, "call"))))
		if m.Failed > 0 {
			t.Calls.Bars = append(t.Calls.Bars, column(x, m.Rate-failed, failed, top, "failure", fmt.Sprintf("%s: %s failed, %d with 429", m.At, report.Count(m.Failed, "call"), m.Throttled)))
		}
	}
	t.Calls.Line = t.limitLine(top)
}

// limitLine is the limit as a line of steps.
func (t *overTime) limitLine(top float64) string {
	var points []string
	for _, m := range t.Rows {
		if m.PerSecond <= 0 {
			continue
		}
		x, y := m.Point.At/t.Width, round(height-height*share(m.PerSecond, top))
		points = append(points, fmt.Sprintf("%d,%v %d,%v", x, y, x+1, y))
	}
	return strings.Join(points, " ")
}
