package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/sync/visible"
	"usersync/writer"
)

// Forecast is what a run would do. It holds no values of users except ids.
type Forecast struct {
	Records int `json:"records"`
	// Absent is how many users would be deleted because they are missing from the input.
	Absent int `json:"absent,omitempty"`
	// Actions counts the records, and First names the first users of each action.
	Actions map[string]int      `json:"actions"`
	First   map[string][]string `json:"first,omitempty"`
	// Codes are the most frequent reasons why users would not be sent.
	Codes map[string][]writer.Code `json:"codes,omitempty"`
	// Lookalikes and RepeatedIDs are what a person should know about the ids.
	Lookalikes  *Lookalikes `json:"lookalikes,omitempty"`
	RepeatedIDs *Repeated   `json:"repeated_ids,omitempty"`
	Doubtful    []Doubtful  `json:"doubtful_values,omitempty"`
	Comparison
	Work
	Scope    Scope    `json:"scope"`
	Inputs   []string `json:"inputs"`
	Plan     string   `json:"plan,omitempty"` // the file that the plan is saved in
	Warnings []string `json:"warnings,omitempty"`
	Next     string   `json:"next,omitempty"`
}

// Comparison is what the ledger already knows about the users.
type Comparison struct {
	// Known is how many records are of users in the ledger, and Changed how many of those
	// would change.
	Known   int           `json:"known"`
	Changed int           `json:"changed"`
	Fields  []FieldChange `json:"fields,omitempty"`
	// Parked are rows that earlier runs could not settle.
	Parked *Parked `json:"parked,omitempty"`
}

// Work is the calls and the time that a run would take.
type Work struct {
	// Calls are those that would be made if every one succeeded, by kind.
	Calls map[string]int `json:"calls"`
	Made  int            `json:"reads_made,omitempty"` // reads made for the forecast
	// PerSecond is the rate, and Seconds the least time that the calls take at it; both 0
	// if there is no limit.
	PerSecond float64 `json:"per_second,omitempty"`
	Seconds   float64 `json:"seconds,omitempty"`
}

// FieldChange is for how many known users a field would change, and for how many of them no value was
// known.
type FieldChange struct {
	Field user.Field `json:"field"`
	Users int        `json:"users"`
	New   int        `json:"new,omitempty"`
}

// Sends returns how many records would be sent.
func (f *Forecast) Sends() int {
	return f.Actions["create"] + f.Actions["update"] + f.Actions["delete"]
}

// Time sets how long the calls take at a rate in calls per second; 0 means no limit.
func (f *Forecast) Time(perSecond float64) {
	total := 0
	for _, n := range f.Calls {
		total += n
	}
	if perSecond > 0 {
		f.PerSecond, f.Seconds = perSecond, math.Ceil(float64(total)/perSecond)
	}
}

// WriteForecast writes f as indented JSON.
func WriteForecast(w io.Writer, f Forecast) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// forecastActions are the kinds of a forecast, in the order of reports.
var forecastActions = [...]string{"create", "update", "delete", "unchanged", "invalid", "refused"}

// PrintForecast writes f for a person at a terminal, on one screen.
func PrintForecast(w io.Writer, f Forecast) error {
	var p reportBuilder
	p.printf("\nPlan for %s of %s: %s to send.\n\n", Count(f.Records, "record"), strings.Join(f.Inputs, ", "), Count(f.Sends(), "user"))
	width := max(len(Thousands(f.Records)), 7)
	for _, action := range forecastActions {
		if n := f.Actions[action]; n > 0 {
			line := fmt.Sprintf("  %*s  %-*s  %s", width, Thousands(n), statusWidth, action, f.firstUsers(action, n))
			p.printf("%s\n", strings.TrimRight(line, " "))
		}
	}
	p.printf("  %s\n  %*s  %s\n\n", strings.Repeat("-", width), width, Thousands(f.Records+f.Absent), f.total())
	p.fact("changes", f.changes()...)
	p.fact("calls", f.calls())
	p.fact("takes", f.takes())
	p.fact("to", destination(f.Scope))
	p.ids(f.Lookalikes, f.RepeatedIDs)
	p.notes("values", DoubtfulNotes(f.Doubtful, f.Records))
	p.notes("parked", f.Parked.Notes())
	if f.Plan != "" {
		p.fact("plan", f.Plan)
	}
	for _, note := range f.Warnings {
		p.fact("note", wrap(note)...)
	}
	if f.Next != "" {
		p.printf("\n")
		p.fact("next", f.Next)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (f *Forecast) total() string {
	if f.Absent > 0 {
		return fmt.Sprintf("%s, and %s missing from the input", Count(f.Records, "record"), Count(f.Absent, "user"))
	}
	return "records"
}

// firstUsers names the first users, as many as fit on a line, and why they would not be sent.
func (f *Forecast) firstUsers(action string, n int) string {
	ids := f.First[action]
	for len(ids) > 1 && visible.Width(f.firstUsersLine(action, ids, n)) > lineWidth-outcomesIndent {
		ids = ids[:len(ids)-1]
	}
	return f.firstUsersLine(action, ids, n)
}

func (f *Forecast) firstUsersLine(action string, ids []string, n int) string {
	text := strings.Join(ids, ", ")
	if more := n - len(ids); more > 0 && len(ids) > 0 {
		text += fmt.Sprintf(" and %s more", Thousands(more))
	}
	if codes := reasons(user.Unchanged, n, f.Codes[action]); codes != "" {
		text = codes + ": " + text
	}
	return strings.TrimSuffix(text, ": ")
}

// fieldsShown is how many fields a report names; the rest is a number.
const fieldsShown = 10

func (f *Forecast) changes() []string {
	if f.Known == 0 {
		return []string{"nothing is known about these users yet, so nothing can be compared"}
	}
	lines := []string{fmt.Sprintf("%s of %s known would change (%s)", Thousands(f.Changed), Count(f.Known, "user"), percent(f.Changed, f.Known))}
	for _, c := range f.Fields[:min(len(f.Fields), fieldsShown)] {
		line := fmt.Sprintf("%s changes for %s (%s)", c.Field, percent(c.Users, f.Known), Thousands(c.Users))
		if c.New > 0 {
			line += fmt.Sprintf(", %s of them without a value so far", Thousands(c.New))
		}
		lines = append(lines, line)
	}
	if more := len(f.Fields) - fieldsShown; more > 0 {
		lines = append(lines, "and "+Count(more, "other field"))
	}
	return lines
}

// percent never rounds to 0% or 100% unless it is exactly that.
func percent(n, of int) string {
	p := 100 * float64(n) / float64(of)
	switch {
	case n > 0 && p < 0.1:
		return "under 0.1%"
	case n < of && p > 99.9:
		return "over 99.9%"
	case p == math.Trunc(p):
		return fmt.Sprintf("%.0f%%", p)
	}
	return fmt.Sprintf("%.1f%%", p)
}

func (f *Forecast) calls() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(f.Calls)) {
		parts = append(parts, Thousands(f.Calls[kind])+" "+kind)
	}
	text := "none"
	if len(parts) > 0 {
		text = strings.Join(parts, ", ")
	}
	if f.Made > 0 {
		text += fmt.Sprintf("; %s made for this plan", Count(f.Made, "read"))
	}
	return text
}

func (f *Forecast) takes() string {
	switch {
	case len(f.Calls) == 0:
		return "no time"
	case f.PerSecond == 0:
		return "as long as the API takes: the rate is unlimited"
	}
	return fmt.Sprintf("%s at least, at %s calls per minute", formatDuration(time.Duration(f.Seconds)*time.Second), Thousands(int(60*f.PerSecond+0.5)))
}
