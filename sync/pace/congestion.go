package pace

import (
	"math"
	"time"
)

// The bounds of what is found without a rate.
const (
	// MostUnlimited is the most calls in flight that Workers finds without a rate. An API that
	// works on more of them at the same time documents a rate.
	MostUnlimited = 64

	callsToJudge   = 4                      // for each call that may be in flight
	shortestPeriod = 250 * time.Millisecond // a shorter one shows what the machine does, not the API
	firstHold      = 15 * time.Second       // after the first step too many
	longestHold    = 5 * time.Minute        // and after many of them
	// quickCalls is how many times longer than the quickest call the others take on average, if
	// none of them waits. An API on the same machine takes more: then processors are the limit.
	quickCalls = 4
)

// congestion finds how many calls in flight an API works on at the same time, where no rate
// says how many are needed. As in TCP Vegas, what calls take longer than they should says how
// many of them wait at the API. The number grows by a half, later by an eighth, while all
// calls in flight are needed and at least half of those added do not wait. It becomes
// smaller by those that wait, and by a half if a call fails. Beyond what was too much it
// grows again only after a while. It is never smaller than at the start.
type congestion struct {
	few, most int
	limit     int           // calls that may be in flight
	ceiling   int           // what limit may become before until
	until     time.Time     // zero, or when the ceiling ends
	hold      time.Duration // how long the last ceiling lasts; 0 if a step beyond it was no mistake
	careful   bool          // a step was too much once
	base      time.Duration // what a call takes if none waits; 0 until it is known
	quickest  time.Duration // of all calls; 0 before the first

	period
}

// period is what is known since the limit last changed.
type period struct {
	began   time.Time
	step    int  // by which the limit grew then
	doubted bool // the period before, with the same limit, was crowded
	calls   int  // that began and were answered since
	took    time.Duration
}

func newCongestion(most int) *congestion {
	few := min(fewWorkers, most)
	return &congestion{few: few, most: most, limit: few, ceiling: most}
}

// ended counts a call. One that began before the limit changed says nothing about it.
func (c *congestion) ended(began time.Time, took time.Duration, answered bool) {
	switch {
	case began.Before(c.began):
	case !answered:
		c.failed(began.Add(took))
	default:
		c.calls++
		c.took += took
		if c.quickest == 0 || took < c.quickest {
			c.quickest = max(took, 1)
		}
	}
}

// failed halves the limit. What is known to be too much is the last step, or anything.
func (c *congestion) failed(now time.Time) {
	half := max(c.few, c.limit/2)
	fine := half
	if c.step > 0 {
		fine = c.limit - c.step
	}
	c.retreat(now, half, fine)
	c.until = now.Add(c.hold)
}

// keep has the limit not grow for a while, because the API counts its calls.
func (c *congestion) keep(now time.Time) {
	c.ceiling = min(c.ceiling, c.limit)
	if c.hold == 0 {
		c.hold = firstHold
	}
	c.until = now.Add(c.hold)
}

// judge changes the limit, if enough calls were made with it.
func (c *congestion) judge(now time.Time) {
	if c.calls < callsToJudge*c.limit || now.Sub(c.began) < shortestPeriod {
		return
	}
	average := c.took / time.Duration(c.calls)
	c.expect(average, now)
	if waiting := float64(c.limit) * (1 - float64(c.base)/float64(average)); waiting > c.tolerated() {
		c.crowded(now, int(math.Round(waiting)))
		return
	}
	c.advance(now, average)
}

// crowded takes back the calls that wait, and a small step as a whole, if two periods in a
// row say so: in one, the machine or the network may have paused.
func (c *congestion) crowded(now time.Time, waiting int) {
	if !c.doubted {
		c.period = period{began: now, step: c.step, doubted: true}
		return
	}
	switch {
	case c.careful:
		waiting = max(waiting, c.step)
	case c.limit == c.few: // not even these are worked on
		c.hold = longestHold
	}
	c.retreat(now, c.limit-waiting, c.limit-waiting)
}

// expect sets what calls should take: what they take at first or, after a ceiling, now.
func (c *congestion) expect(average time.Duration, now time.Time) {
	if c.base == 0 {
		c.base = min(average, quickCalls*c.quickest)
	}
	if !c.until.IsZero() && !now.Before(c.until) {
		c.ceiling, c.until, c.base = c.most, time.Time{}, average
	}
}

// tolerated returns how many calls may wait: half of those that were added.
func (c *congestion) tolerated() float64 {
	if c.step > 0 {
		return float64(c.step) / 2
	}
	return float64(c.limit) / 4
}

// advance learns what calls take, and lets the limit grow if all that it allows are in
// flight.
func (c *congestion) advance(now time.Time, average time.Duration) {
	if c.step > 0 && c.until.IsZero() {
		c.hold = 0
	}
	if c.step > 0 || average < c.base {
		c.base = average
	} else {
		c.base += (average - c.base) / 8
	}
	step := 0
	if c.busy(now) {
		step = c.nextStep()
	}
	c.limit += step
	c.period = period{began: now, step: step}
}

// busy reports whether about all calls that may be in flight were. Their average number is the
// time of all calls over the time that passed (Little's law). The calls that began before, or have
// not ended, are missing: at most two of some five.
func (c *congestion) busy(now time.Time) bool {
	return 8*c.took >= 5*time.Duration(c.limit)*now.Sub(c.began)
}

// nextStep is an eighth once a step was too much, and twice the last one if that was not.
func (c *congestion) nextStep() int {
	step := c.limit / 2
	if c.careful {
		step = min(step, max(c.limit/8, 2*c.step))
	}
	return max(0, min(step, c.ceiling-c.limit))
}

// retreat makes the limit smaller, and has it not grow beyond what is fine for a while: twice
// as long as last time, if that was over.
func (c *congestion) retreat(now time.Time, limit, fine int) {
	c.limit = max(c.few, limit)
	c.ceiling = max(c.few, fine)
	if c.until.IsZero() || !now.Before(c.until) {
		c.hold = min(max(2*c.hold, firstHold), longestHold)
		c.until = now.Add(c.hold)
	}
	c.careful = true
	c.period = period{began: now}
}
