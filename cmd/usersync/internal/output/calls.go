package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/traffic"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer/attempts"
	"usersync/writer/linelog"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// trafficSize is the size that the description of all calls has at most, in bytes.
const trafficSize = 64 << 20

// CallLog are the files of a run about its calls: those that did not succeed at the first try,
// so that explain can say what happened to one record, and descriptions of all of them (dump).
// It is safe for concurrent use. No run depends on it.
type CallLog struct {
	attempts *attempts.Log
	traffic  *linelog.Log
}

// NewCallLog returns the log of a run in dir. It opens no file before it has something to write.
func NewCallLog(dir *rundir.Dir) *CallLog {
	return &CallLog{attempts.NewLog(appended(dir, rundir.AttemptsName)), linelog.New(trafficSize, appended(dir, rundir.TrafficName))}
}

// appended opens a file of the run directory to continue it.
func appended(dir *rundir.Dir, name string) func() (io.WriteCloser, int64, error) {
	return func() (io.WriteCloser, int64, error) {
		f, err := dir.Append(name)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, 0, errors.Join(err, f.Close())
		}
		return f, info.Size(), nil
	}
}

// Close closes the files.
func (l *CallLog) Close() error { return errors.Join(l.attempts.Close(), l.traffic.Close()) }

// longWait is a wait that is worth knowing of, even if the call then succeeded at once.
const longWait = time.Second

// Called logs a call, unless there is nothing to say about it: it succeeded at the first try,
// or only looked a user up before anything was sent. Where each update reads the user first, a
// line for each would soon fill the log.
func (l *CallLog) Called(c *telemetry.Call) {
	repeated := c.Attempt() > 1 || c.Kind == destination.ReadCall && c.Attempt() > 0 && !beforeUpdate(c)
	waited := c.Waits[telemetry.Paused]+c.Waits[telemetry.Down]+c.Waits[telemetry.Backoff] >= longWait
	if len(c.Records) == 0 || c.Result == "ok" && !repeated && !waited {
		return
	}
	l.attempts.Add(&attempts.Attempt{
		At: c.Began.UTC(), Kind: c.Kind, Records: attempts.Ranges(numbers(c)), Attempt: c.Attempt(), Result: c.Result, Status: c.Status,
		Milliseconds: report.Milliseconds(c.Wire), Waited: waits(&c.Waits), RequestID: c.RequestID,
	})
}

// beforeUpdate reports whether a read is for an update of which nothing was sent before.
func beforeUpdate(c *telemetry.Call) bool {
	return (c.Op == user.Update || c.Op == user.Upsert) && !c.Records[0].MaybeSent
}

// Waited does nothing: no call was made.
func (*CallLog) Waited(telemetry.Spent) {}

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
		all[telemetry.Cause(cause).String()] = report.Milliseconds(d)
	}
	return all
}

// Exchanged writes the description of a call.
func (l *CallLog) Exchanged(e *traffic.Exchange) {
	e.Records = attempts.Ranges(slices.Values(e.Numbers))
	var line bytes.Buffer
	to := json.NewEncoder(&line)
	to.SetEscapeHTML(false)
	if to.Encode(e) == nil {
		l.traffic.Add(bytes.TrimRight(line.Bytes(), "\n"))
	}
}
