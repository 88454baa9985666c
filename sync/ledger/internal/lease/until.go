package lease

import "time"

// until is how long a lease lasts.
type until struct {
	asked moment // before the query that the server answered
	term  time.Duration
}

// moment is a point in time by two clocks. The monotonic clock may stop while the machine
// sleeps, and the wall clock may jump when someone sets it.
type moment struct{ monotonic, wall time.Time }

func rightNow() moment {
	now := time.Now()
	return moment{now, now.Round(0)}
}

// remaining is how long the lease certainly lasts, by both clocks, with a tenth of the
// term as a margin for clocks that run at different speeds.
func (u *until) remaining(now moment) time.Duration {
	passed := max(now.monotonic.Sub(u.asked.monotonic), now.wall.Sub(u.asked.wall))
	return u.term - u.term/10 - passed
}

func (l *Lease) remaining() time.Duration { return l.until.Load().remaining(rightNow()) }
