package pace

import (
	"math"
	"time"
)

const (
	mostMargin = 100 * time.Millisecond
	// judged is after how many moments a process finds out whether its margin is enough.
	judged = 200
	// blurred is after how many answers in a row a server counts as one that is always slow.
	blurred = 4
)

// leastMargin is enough for a process that is woken in time, and for a network whose calls
// travel almost equally fast. It costs at most 1.2% of the rate.
func leastMargin(perSecond float64) time.Duration {
	const cost, enough = 0.012, 25 * time.Millisecond
	paid := (math.Floor(perSecond)+1)/((1-cost)*perSecond) - 1
	return min(time.Duration(paid*float64(time.Second)), enough)
}

// margin is how late after its moment a call of this process may have to arrive.
type margin struct {
	wide       time.Duration
	used, late int
	blurred    int // answers in a row that showed no moment exactly enough to be used
}

// see widens the margin for a server that always answers so slowly that its moments are not known
// to within a grace: otherwise no call would ever start. It costs rate, as much as that takes.
func (m *margin) see(width, grace time.Duration) {
	if width < usable(grace) {
		m.blurred = 0
		return
	}
	if m.blurred++; m.blurred >= blurred {
		m.wide, m.blurred = max(m.wide, 2*width), 0
	}
}

// count widens the margin if more than one moment in a hundred is missed.
func (m *margin) count(missed bool) {
	m.used++
	if missed {
		m.late++
	}
	if m.used < judged {
		return
	}
	if m.late*100 > m.used {
		m.wide = max(m.wide, min(m.wide*3/2, mostMargin))
	}
	m.used, m.late = 0, 0
}
