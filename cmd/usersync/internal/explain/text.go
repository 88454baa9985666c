package explain

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/sync/visible"
)

// outcomeUnknown stands for the outcome of a row that has none.
const outcomeUnknown = "not known yet"

// Print writes an explanation for a person, whose terminal has so many columns; 0 if w is none.
// Commands and values are never broken.
func Print(w io.Writer, e *Explanation, columns int) error {
	p := &page{columns: columns}
	p.line("user %s", e.ID)
	p.ledger(e)
	p.without(e.Without)
	for i := range e.Runs {
		p.run(&e.Runs[i])
	}
	if e.OlderRuns > 0 {
		p.prose("\n%s had the user: --runs %d lists them too", exit.Plural(e.OlderRuns, "older run"), len(e.Runs)+e.OlderRuns)
	}
	if len(e.Alike) > 0 {
		p.prose("\nids that look like this one: %s", strings.Join(e.Alike, ", "))
	}
	p.notSearched(e.NotSearched)
	if e.Next != "" {
		p.line("\nnext: %s", e.Next)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// page is the text so far.
type page struct {
	text    strings.Builder
	columns int
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

// prose writes a line that may be broken. What is broken off is indented a little more.
func (p *page) prose(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	text := strings.TrimLeft(line, "\n ")
	before := line[:len(line)-len(text)]
	indent := "  " + strings.TrimLeft(before, "\n")
	p.line("%s", before+strings.ReplaceAll(visible.Hang("", text, max(p.columns-len(indent), 0)), "\n", "\n"+indent))
}

// fact writes a line with a name, unless the text is empty.
func (p *page) fact(name, text string) {
	if text != "" {
		p.line("%s", visible.Hang(lead(name), visible.Text(text), p.columns)) // a value could hold a line that looks like another fact
	}
}

// exact is fact for what must not be broken: a value, or a command.
func (p *page) exact(name, text string) {
	if text != "" {
		p.line("%s", lead(name)+visible.Text(text))
	}
}

func lead(name string) string { return fmt.Sprintf("  %-9s ", name) }

func (p *page) run(r *Run) {
	to := r.To
	if r.Sandbox {
		to += ", sandbox"
	}
	p.prose("\nrun %s: %s, %s to %s, started %s", r.Run, r.State, r.Mode, to, r.StartedAt.Format(time.DateTime+" UTC"))
	if r.Retried != "" {
		p.fact("retries", "the rejects of run "+r.Retried)
	}
	for i := range r.Records {
		if i > 0 {
			p.line("")
		}
		p.record(&r.Records[i])
	}
	if r.MoreRecords > 0 {
		p.line("  not listed: %s of the user in this run", exit.Plural(r.MoreRecords, "earlier row"))
	}
}

func (p *page) record(r *Record) {
	p.fact("input", r.where())
	outcome := cmp.Or(string(r.Outcome), outcomeUnknown)
	if r.Code != "" {
		outcome += ", code " + r.Code
	}
	p.fact("outcome", outcome)
	p.fact("detail", r.Detail)
	p.fact("key", r.Remote)
	for i, why := range r.Why {
		p.fact([]string{"why", ""}[min(i, 1)], why)
	}
	label := "calls"
	if !r.Unwritten || r.Calls.Attempts > 0 {
		p.fact(label, r.callsText())
		label = ""
	}
	for i := range r.Calls.Logged {
		p.fact(label, attemptText(i+1, &r.Calls.Logged[i]))
		label = ""
	}
	if r.Calls.Note != "" {
		p.fact("", r.Calls.Note)
	}
	p.fields(r)
	p.fact("reject", r.Reject)
	p.exact("next", r.Next)
}

// where is the row in the input.
func (r *Record) where() string {
	switch {
	case r.File != "":
		return fmt.Sprintf("%s, line %d (record %d)", r.File, r.Line, r.Record)
	case r.Unwritten:
		return fmt.Sprintf("record %d", r.Record)
	}
	return "no row: the user was missing from the input"
}

func (r *Record) callsText() string {
	c, last := &r.Calls, withArticle(r.Action)
	switch {
	case c.Attempts == 0 && r.Code == user.CodeAdopted:
		return "a read, and none that carried the row"
	case c.Attempts == 0:
		return "none"
	case r.Outcome == user.Unchanged:
		last = "a read" // which showed that the call for which it was made is not needed
	}
	text := exit.Plural(c.Attempts, "call") + map[bool]string{true: ", ", false: ", the last one "}[c.Attempts == 1] + last
	if c.HTTP != 0 {
		text += fmt.Sprintf("; last answer HTTP %d", c.HTTP)
	}
	text += fmt.Sprintf("; %s from the first call to the outcome", (time.Duration(c.Milliseconds) * time.Millisecond))
	if !c.At.IsZero() {
		text += ", at " + c.At.UTC().Format(time.DateTime+" UTC")
	}
	if c.RequestID != "" {
		text += "; request id " + c.RequestID
	}
	return text
}

func withArticle(action user.Op) string {
	if strings.HasPrefix(string(action), "u") {
		return "an " + string(action)
	}
	return "a " + string(action)
}

func (p *page) fields(r *Record) {
	var names []string
	for _, f := range r.Fields {
		switch {
		case f.Value != nil:
			p.exact("field", f.Name+" = "+*f.Value)
		case f.Secret:
			names = append(names, f.Name+" (secret)")
		default:
			names = append(names, f.Name)
		}
	}
	p.fact("fields", strings.Join(names, ", "))
	label := ""
	if len(r.Fields) == 0 { // otherwise it would look like a part of the fact above
		label = "fields"
	}
	p.fact(label, r.FieldsNote)
}

func (p *page) notSearched(all []NotSearched) {
	const most = 5
	for i, n := range all {
		if i == 0 {
			p.line("\nnot searched")
		}
		if i == most {
			p.line("  and %s", exit.Plural(len(all)-most, "more run"))
			return
		}
		p.prose("  run %s: %s", n.Run, n.Why)
	}
}
