package pace

import (
	"context"
	"errors"
	"time"
)

// ErrNoLimit says that the limit that several processes share could not be asked for too
// long. No call starts without it.
var ErrNoLimit = errors.New("the limit that the processes share has not answered")

// Shared is a limit that several processes share. They reserve the moments at which
// calls may start, on the clock of a server, and tell each other what the API asks of
// them. Its methods are safe for concurrent use.
type Shared interface {
	// Reserve reserves up to a.Calls moments within the next Ahead, and passes on a.News.
	// It waits for nothing but the server. After an error nothing is known: the moments
	// may be reserved, the news may have been passed on.
	Reserve(ctx context.Context, a Ask) (Answer, error)
}

// Ahead is the farthest that a moment is reserved ahead. So within this time every
// process obeys what one of them was told.
const Ahead = time.Second

// Ask is what one process asks of a Shared.
type Ask struct {
	Calls     int     // how many moments it needs now; 0 passes on the news only
	PerSecond float64 // most calls per second over all processes; above 0
	Burst     int     // calls that may start at once; at least 1
	// Margin is how late after its moment a call may have to arrive.
	Margin time.Duration
	// Lost says that the server may have lost what was reserved. Nothing is reserved that
	// could meet calls that it has forgotten.
	Lost bool
	News
}

// News is what the answers of the API have told one process. The zero value is no news.
type News struct {
	Pause   time.Duration // from now on no call starts; 0 is no pause
	Cut     float64       // the part to which the rate falls, once a second over all processes; 0 leaves it
	Granted float64       // calls per second that the API grants; 0 if it has not said
	Lowered float64       // calls per second in force, as far as this process knows; 0 if not lowered
	// Quota are calls per second that make what remains of a quota last for QuotaFor; 0
	// if it lasts at any rate. It counts if QuotaFor is not 0.
	Quota    float64
	QuotaFor time.Duration
	Well     bool // calls succeed: a lowered rate may rise by a step, once a second over all processes
}

// urgent reports whether other processes must know at once.
func (n *News) urgent() bool { return n.Pause > 0 || n.Cut > 0 || n.Granted > 0 }

// and returns the news together with later news.
func (n News) and(later News) News {
	n.Pause = max(n.Pause, later.Pause)
	n.Cut, n.Granted, n.Lowered = lower(n.Cut, later.Cut), lower(n.Granted, later.Granted), lower(n.Lowered, later.Lowered)
	if later.QuotaFor > 0 {
		n.Quota, n.QuotaFor = later.Quota, later.QuotaFor
	}
	n.Well = n.Well || later.Well
	return n
}

// lower returns the lower of two numbers of which 0 is none.
func lower(a, b float64) float64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// Answer is what a Shared answers. Its times are those of the server's clock.
type Answer struct {
	Now time.Time   // when the server answered
	At  []time.Time // the moments reserved, earliest first
	// Grace is how long after its moment a call may arrive. Any second holds at most rate +
	// burst calls if each arrives neither before its moment nor after its grace.
	Grace time.Duration
	// Next is when the moment after these is due. It is reserved at the earliest at Next
	// minus Ahead.
	Next      time.Time
	Pause     time.Duration // how much longer no call starts
	PerSecond float64       // the rate in force, but for a quota
	Fallen    bool          // Redis should count, and the ledger's database does
}
