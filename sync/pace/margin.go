package pace

import "time"

const (
	// leastMargin is enough for a process that is woken in time: at 500 calls/s it costs
	// less than 1.2% of the rate.
	leastMargin = 12 * time.Millisecond
	mostMargin  = 100 * time.Millisecond
	// judged is after how many moments a process finds out whether its margin is enough.
	judged = 200
)

// margin is how late after its moment a call of this process may have to start.
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
