package telemetry

import (
	"time"

	"usersync/sync/user"
)

// mostPoints is how many points a timeline has at most: enough to draw, few enough to
// keep and to read.
const mostPoints = 120

// Timeline is how a run went over time, in points of the same width.
type Timeline struct {
	Start  time.Time
	Width  time.Duration // of a point: one second, or doubled as often as needed
	Points []Point       // of which those where nothing happened are zero
}

// Point is what happened during a part of the run.
type Point struct {
	Outcomes  map[user.Status]int // records that were settled
	Calls     int                 // calls that began
	Failed    int                 // those of them that failed
	Throttled int                 // those of them that were answered with 429
	Limit     float64             // lowest limit of calls per second; 0 if none is known
}

// at returns the point of a time. It makes points wider if there would be too many.
func (t *Timeline) at(now time.Time) *Point {
	since := max(now.Sub(t.Start), 0)
	for since >= mostPoints*t.Width {
		t.widen()
	}
	i := int(since / t.Width)
	for len(t.Points) <= i {
		t.Points = append(t.Points, Point{})
	}
	return &t.Points[i]
}

// widen joins each two points into one.
func (t *Timeline) widen() {
	half := t.Points[:0]
	for i := 0; i < len(t.Points); i += 2 {
		p := t.Points[i]
		if i+1 < len(t.Points) {
			p.join(t.Points[i+1])
		}
		half = append(half, p)
	}
	t.Points, t.Width = half, 2*t.Width
}

// join adds what happened in q.
func (p *Point) join(q Point) {
	for status, n := range q.Outcomes {
		p.settled(status, n)
	}
	p.Calls, p.Failed, p.Throttled = p.Calls+q.Calls, p.Failed+q.Failed, p.Throttled+q.Throttled
	p.limited(q.Limit)
}

// settled counts outcomes.
func (p *Point) settled(status user.Status, n int) {
	if p.Outcomes == nil {
		p.Outcomes = map[user.Status]int{}
	}
	p.Outcomes[status] += n
}

// limited keeps the limit, if it is the lowest so far.
func (p *Point) limited(limit float64) {
	if limit > 0 && (p.Limit == 0 || limit < p.Limit) {
		p.Limit = limit
	}
}
