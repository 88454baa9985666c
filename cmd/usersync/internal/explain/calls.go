package explain

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"usersync/writer/attempts"
	"usersync/writer/rundir"
)

// mostLogged is how many calls are listed of one record.
const mostLogged = 20

// addAttempts adds what the run has logged of its calls. A run of an earlier version, and one
// without trouble, have no log.
func (r *Run) addAttempts(runsDir string) {
	dir, err := rundir.Open(runsDir, r.Run)
	if err != nil {
		return
	}
	defer dir.Close() // it was only read
	f, err := dir.Read(rundir.AttemptsName)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	note := ""
	if err == nil {
		defer f.Close() // it was only read
		var all []attempts.Attempt
		var leftOut int
		all, leftOut, err = attempts.Of(f, r.carries)
		for _, a := range all {
			r.log(a)
		}
		if leftOut > 0 {
			note = fmt.Sprintf("the log of calls was full: %d calls of the run are not in it", leftOut)
		}
	}
	if err != nil {
		note = "the log of calls cannot be read: " + err.Error()
	}
	for i := range r.Records {
		if calls := &r.Records[i].Calls; calls.Attempts > 1 && note != "" {
			calls.Note = note
		}
	}
}

// carries reports whether a call carried one of the records.
func (r *Run) carries(a *attempts.Attempt) bool {
	return slices.ContainsFunc(r.Records, func(one Record) bool { return a.Has(one.Record) })
}

// log adds a call to the records that it carried. Of too many, the first and the last are kept.
func (r *Run) log(a attempts.Attempt) {
	for i := range r.Records {
		if !a.Has(r.Records[i].Record) {
			continue
		}
		calls := &r.Records[i].Calls
		if calls.Logged = append(calls.Logged, a); len(calls.Logged) > mostLogged {
			calls.Logged = slices.Delete(calls.Logged, mostLogged/2, mostLogged/2+1)
			calls.Note = "calls in the middle are not listed"
		}
	}
}

// attemptText is one call for a person.
func attemptText(n int, a *attempts.Attempt) string {
	text := fmt.Sprintf("%d. %s %s: %s after %s", n, a.At.Format("15:04:05.000"), a.Kind, a.Result, milliseconds(a.Milliseconds))
	var waits []string
	for _, cause := range []struct{ name, text string }{
		{"slot", "until fewer calls were in flight"}, {"rate", "for the rate limit"}, {"slowed", "for the rate that the API had lowered"},
		{"paused", "in a pause that the API asked for"}, {"down", "while the API was down"}, {"backoff", "between attempts"}, {"journal", "for the journal"},
	} {
		if ms := a.Waited[cause.name]; ms > 0 {
			waits = append(waits, milliseconds(ms)+" "+cause.text)
		}
	}
	if len(waits) > 0 {
		text += "; waited before it " + strings.Join(waits, ", ")
	}
	if a.RequestID != "" {
		text += "; request id " + a.RequestID
	}
	if n := a.Count(); n > 1 {
		text += fmt.Sprintf("; the call carried %d records", n)
	}
	return text
}

func milliseconds(ms float64) string {
	return (time.Duration(ms*1000) * time.Microsecond).Round(time.Millisecond).String()
}
