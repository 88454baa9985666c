package pace

import (
	"math"
	"time"
)

const (
	mostMargin = 100 * time.Millisecond
	// judged is after how many moments a process finds out whether its margin is enough.
	judged = 200
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
		m.wide = min(m.wide*3/2, mostMargin)
	}
	m.used, m.late = 0, 0
}
