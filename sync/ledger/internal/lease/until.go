package lease

import "time"

// until is how long a lease holds.
type until struct {
	asked moment // before the question that the server answered
	term  time.Duration
}

// moment is a point in time by two clocks. The one that only goes forward may stand
// still while the machine sleeps, and the one that people set may jump.
type moment struct{ forward, wall time.Time }

func rightNow() moment {
	now := time.Now()
	return moment{now, now.Round(0)}
}

// remaining is how long the lease surely holds: by either clock, and with a tenth left
// for clocks that do not run alike.
func (u *until) remaining(now moment) time.Duration {
	passed := max(now.forward.Sub(u.asked.forward), now.wall.Sub(u.asked.wall))
	return u.term - u.term/10 - passed
}

func (l *Lease) remaining() time.Duration { return l.until.Load().remaining(rightNow()) }
