package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/sync/visible"
)

// Print writes s for a person at a terminal, on one screen: what happened, that every record is accounted
// for, what held the run up, where the files are, and what to type next.
func Print(w io.Writer, s Summary) error {
	_, err := io.WriteString(w, build(&s).String())
	return err
}

func build(s *Summary) *reportBuilder {
	p := &reportBuilder{}
	p.title(s)
	p.outcomes(s)
	p.facts(s)
	return p
}

// reportBuilder holds the text of a report, and how lines of it look, by number.
type reportBuilder struct {
	strings.Builder
	styles map[int]style
}

func (p *reportBuilder) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func (p *reportBuilder) title(s *Summary) {
	took := s.FinishedAt.Sub(s.StartedAt)
	p.printf("\n")
	p.look(titleStyle(s))
	switch {
	case s.State != Finished:
		p.printf("Stopped after %s.\n", formatDuration(took))
	case took < time.Second: // too short for a meaningful rate
		p.printf("Finished in %s.\n", formatDuration(took))
	default:
		p.printf("Finished in %s, %s per second.\n", formatDuration(took), Count(int(s.PerSecond+0.5), "user"))
	}
	if s.Reason != "" {
		p.printf("%s\n", s.Reason)
	}
	p.printf("\n")
}

// The columns of the outcomes: a number as wide as the total, a status, and its codes.
const statusWidth = len(user.Unchanged)

const (
	lineWidth      = 80 // of a terminal at its usual width
	outcomesIndent = 22
	factsIndent    = 11
)

func (p *reportBuilder) facts(s *Summary) {
	p.fact("run", s.Run)
	if r := s.Retried; r != nil {
		p.fact("retried", r.lines()...)
	}
	if s.Plan != nil {
		p.fact("plan", applied(s.Plan))
	}
	p.fact("to", destination(s.Scope))
	p.ids(s.Lookalikes, s.RepeatedIDs)
	p.notes("values", DoubtfulNotes(s.Doubtful, s.RecordsRead))
	p.notes("parked", s.Parked.Notes())
	p.causes(s)
	p.fact("calls", calls(s.Calls)...)
	p.fact("pace", pace(s.Pace)...)
	for _, f := range s.Files {
		path := f.Path
		if path == "-" {
			path = "stdout"
		}
		p.fact(f.Holds, fmt.Sprintf("%s  (%s)", path, Count(f.Records, "record")))
	}
	if s.Report != "" {
		p.fact("report", s.Report)
	}
	if s.Hint != "" || s.Next != "" {
		p.printf("\n")
	}
	if s.Hint != "" {
		p.fact("hint", wrap(s.Hint)...)
	}
	if s.Next != "" {
		p.look(strong)
		p.fact("next", s.Next)
	}
}

// ids says what a person should know about the ids.
func (p *reportBuilder) ids(l *Lookalikes, r *Repeated) {
	p.notes("ids", append(l.Notes(), r.Notes()...))
}

// notes writes a name and sentences.
func (p *reportBuilder) notes(name string, notes []string) {
	var lines []string
	for _, note := range notes {
		lines = append(lines, wrap(note)...)
	}
	p.fact(name, lines...)
}

// fact writes a name and its lines, one below the other.
func (p *reportBuilder) fact(name string, lines ...string) {
	for _, line := range lines {
		p.printf("  %-7s  %s\n", name, line)
		name = ""
	}
}

// wrap breaks prose into lines. Paths and commands are never broken, because people copy them.
func wrap(text string) []string { return visible.Lines(text, lineWidth-factsIndent) }

func destination(s Scope) string {
	text := s.Destination
	if s.Sandbox {
		text += " (sandbox)"
	}
	if s.Account != "" {
		text += ", " + s.Account
	}
	if _, place, ok := strings.Cut(s.BaseURL, "://"); ok {
		text += " at " + place
	} else if s.Host != "" {
		text += " at " + s.Host
	}
	return text
}

func applied(p *Plan) string {
	text := fmt.Sprintf("%s, with calls for %s", p.Path, Count(p.Calls, "record"))
	if p.ApprovedBy != "" {
		text += ", approved by " + p.ApprovedBy
	}
	return text
}

// formatDuration writes a duration as people say it: 31ms, 4.2s, 1h2m3s.
func formatDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// trimmed shortens a text that a server may have made long.
func trimmed(text string, n int) string {
	if visible.Width(text) > n {
		return visible.Cut(text, n-3) + "..."
	}
	return text
}
