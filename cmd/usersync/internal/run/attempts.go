package run

import (
	"iter"
	"time"

	"usersync/sync/destination"
	"usersync/sync/telemetry"
	"usersync/writer/attempts"
	"usersync/writer/rundir"
)

// attemptLog is an Observer that logs calls that did not succeed at the first try, so that
// explain can say what happened to one record.
type attemptLog struct{ *attempts.Log }

func newAttemptLog(dir *rundir.Dir) attemptLog {
	return attemptLog{attempts.NewLog(appended(dir, rundir.AttemptsName))}
}

// longWait is a wait that is worth knowing of, even if the call then succeeded at once.
const longWait = time.Second

// Called logs a call, unless there is nothing to say about it: it succeeded at the first try,
// or only looked a user up before anything was sent.
func (l attemptLog) Called(c *telemetry.Call) {
	repeated := c.Attempt() > 1 || c.Kind == destination.ReadCall && c.Attempt() > 0
	waited := c.Waits[telemetry.Paused]+c.Waits[telemetry.Down]+c.Waits[telemetry.Backoff] >= longWait
	if len(c.Records) == 0 || c.Result == "ok" && !repeated && !waited {
		return
	}
	l.Add(&attempts.Attempt{
		At: c.Began.UTC(), Kind: c.Kind, Records: attempts.Ranges(numbers(c)), Attempt: c.Attempt(), Result: c.Result, Status: c.Status,
		Milliseconds: milliseconds(c.Wire), Waited: waits(&c.Waits), RequestID: c.RequestID,
	})
}

// Waited does nothing: no call was made.
func (attemptLog) Waited(telemetry.Spent) {}

func numbers(c *telemetry.Call) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, r := range c.Records {
			if !yield(r.Origin.Record) {
				return
			}
		}
	}
}

// waits are the waits of at least a millisecond.
func waits(s *telemetry.Spent) map[string]float64 {
	var all map[string]float64
	for cause, d := range s {
		if d < time.Millisecond {
			continue
		}
		if all == nil {
			all = map[string]float64{}
		}
		all[telemetry.Cause(cause).String()] = milliseconds(d)
	}
	return all
}
