package page

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/writer/report"
)

// run is everything that the report of a run shows.
type run struct {
	*report.Summary
	Status     status
	Verdict    string
	To         string
	Took       time.Duration
	Asked      []fact
	Accounting accounting
	Causes     []reason
	MoreCauses int // records of causes that are not listed
	Time       *overTime
	Latency    []latency
	Spent      *spending
	Guards     []guard
	Settings   []report.Setting // without those that are not set
	Trends     []trend
	Earlier    []past
}

// Again is the command that writes the report again, from where the run was started.
func (r *run) Again() string {
	dir := r.Run
	if r.Report != "" {
		dir = filepath.Dir(r.Report)
	}
	return "usersync report " + report.Quoted(dir)
}

// fact is a name and what it is.
type fact struct{ Name, Text string }

// status is how a run ended, in a few words and in one or two. Class is good, warn or bad.
type status struct{ Class, Text, Short string }

func newRun(s *report.Summary, earlier []report.Summary) *run {
	r := &run{Summary: s, Status: statusOf(s), Verdict: verdict(s), To: to(s), Took: took(s), Asked: asked(s), Accounting: newAccounting(s)}
	r.Causes, r.MoreCauses = reasons(s)
	if a := s.Activity; a != nil {
		r.Time, r.Latency, r.Spent = newOverTime(s), latencies(a), newSpending(s)
	}
	r.Guards = guards(s)
	for _, one := range s.Settings {
		if one.Value != "-" {
			r.Settings = append(r.Settings, one)
		}
	}
	r.Trends, r.Earlier = trends(earlier, s)
	return r
}

// statusOf says how the run ended.
func statusOf(s *report.Summary) status {
	switch {
	case s.State != report.Finished:
		return status{"bad", "Stopped", "stopped"}
	case s.ExitCode == 0:
		return status{"good", "Finished", "finished"}
	case s.ExitCode == 3:
		return status{"warn", "Finished, with rejects", "rejects"}
	case s.ExitCode == 6:
		return status{"warn", "Finished, with doubts", "doubts"}
	}
	return status{"bad", "Finished, with an error", "error"}
}

// verdict says what happened to the users, and what is not certain of it yet.
func verdict(s *report.Summary) string {
	text := settled(s)
	if n := s.Outcomes.Accepted; n > 0 {
		text += fmt.Sprintf(" The API only accepted %s of the changed ones for later, and promises no more.", report.Thousands(n))
	}
	return text
}

// settled says in one sentence what happened to the users.
func settled(s *report.Summary) string {
	o, rejected := s.Outcomes, s.Outcomes.Rejected()
	total, parked := o.Total(), s.Parked.Settled()
	switch {
	case s.State != report.Finished:
		return fmt.Sprintf("The run stopped. Records read: %s; with an outcome: %s.", report.Thousands(s.RecordsRead), report.Thousands(total))
	case total == 0:
		return "There was nothing to do: the input holds no records."
	case rejected == 0:
		return fmt.Sprintf("%s settled: %s changed, %s unchanged.", is(total, "record"), report.Thousands(changed(s)), report.Thousands(o.Unchanged))
	}
	if rejected <= parked {
		return fmt.Sprintf("%s: %s changed, %s unchanged, %s parked or as before.", report.Count(total, "record"), report.Thousands(changed(s)), report.Thousands(o.Unchanged), report.Thousands(rejected))
	}
	need, as := "need", ""
	if rejected-parked == 1 {
		need = "needs"
	}
	if parked > 0 {
		as = fmt.Sprintf(" %s parked or as before.", is(parked, "record"))
	}
	return fmt.Sprintf("%s of %s settled. %s %s attention: %s.%s", report.Thousands(total-rejected), is(total, "record"), report.Thousands(rejected-parked), need, attention(s), as)
}

// attention counts by outcome the records that need attention: not those that are parked or as before.
func attention(s *report.Summary) string {
	var parts []string
	for _, one := range user.Statuses {
		n := s.Outcomes.Count(one)
		switch {
		case s.Parked != nil && one == user.Invalid:
			n -= s.Parked.Invalid
		case s.Parked != nil && one == user.Refused:
			n -= s.Parked.Users
		}
		if n > 0 && one.Rejected() {
			parts = append(parts, report.Thousands(n)+" "+report.Label(one))
		}
	}
	return strings.Join(parts, ", ")
}

// is writes "1 record is" or "2 records are".
func is(n int, what string) string {
	if n == 1 {
		return report.Count(n, what) + " is"
	}
	return report.Count(n, what) + " are"
}

// changed counts the users that the run has changed, or that the API will change later.
func changed(s *report.Summary) int {
	o := s.Outcomes
	return o.Created + o.Updated + o.Deleted + o.Accepted
}

func took(s *report.Summary) time.Duration {
	return time.Duration(s.Seconds * float64(time.Second))
}

// to names what the users were sent to.
func to(s *report.Summary) string {
	text := s.Scope.Destination
	if s.Scope.Sandbox {
		return text + " (sandbox)"
	}
	if s.Scope.Account != "" {
		text += ", " + s.Scope.Account
	}
	return text
}

// asked says what the run was asked to do.
func asked(s *report.Summary) (facts []fact) {
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, fact{name, text})
		}
	}
	add("Command", strings.Join(append([]string{"usersync"}, s.By.Arguments...), " "))
	add("Mode", settingOf(s, "mode"))
	add("Sent to", to(s))
	if !s.Scope.Sandbox {
		add("Address", s.Scope.BaseURL)
	}
	for _, in := range s.Inputs {
		add("Input", input(in, s.State))
	}
	if s.Plan != nil {
		add("Plan", s.Plan.Path+", with calls for "+report.Count(s.Plan.Calls, "record"))
		add("Approved by", s.Plan.ApprovedBy)
	}
	if s.Retried != nil {
		add("Retry of", fmt.Sprintf("run %s: %s, %s settled now", s.Retried.Run, report.Count(s.Retried.Rejects, "reject"), report.Thousands(s.Retried.Settled)))
	}
	if s.Config != nil {
		add("Config file", s.Config.Path)
	}
	add("Started", clock(s.StartedAt))
	add("Ended", clock(s.FinishedAt))
	add("Run by", strings.Trim(s.By.User+" on "+s.By.Host, " "))
	add("Program", strings.TrimSpace("usersync "+s.Program.Version))
	return facts
}

func input(in report.Input, state report.State) string {
	path := in.Path
	if path == "-" {
		path = "standard input"
	}
	text := fmt.Sprintf("%s: %s", path, report.Count(in.Records, "record"))
	if state != report.Finished { // more may have been read
		text += " with an outcome"
	}
	if in.Bytes > 0 {
		text += ", " + size(in.Bytes)
	}
	if in.SHA256 != "" {
		text += ", SHA-256 " + in.SHA256[:min(len(in.SHA256), 12)] + "…"
	}
	return text
}

// size writes bytes in powers of ten.
func size(n int64) string {
	v, units := float64(n), []string{"bytes", "kB", "MB", "GB", "TB"}
	for len(units) > 1 && v >= 1000 {
		v, units = v/1000, units[1:]
	}
	return rate(v) + " " + units[0]
}

// settingOf returns the value of a setting; empty if it is not known.
func settingOf(s *report.Summary, key string) string {
	for _, setting := range s.Settings {
		if setting.Key == key {
			return setting.Value
		}
	}
	return ""
}
