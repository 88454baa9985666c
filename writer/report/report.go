package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"usersync/sync/user"
	"usersync/sync/visible"
	"usersync/writer"
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

func (p *reportBuilder) outcomes(s *Summary) {
	total := Thousands(s.Outcomes.Total())
	width := max(len(total), 7)
	for _, status := range user.Statuses {
		if n := s.Outcomes.Count(status); n > 0 {
			line := fmt.Sprintf("  %*s  %-*s  %s", width, Thousands(n), statusWidth, Label(status), reasons(status, n, s.Codes[status]))
			p.look(styleOf(status))
			p.printf("%s\n", strings.TrimRight(line, " "))
		}
	}
	p.printf("  %s\n", strings.Repeat("-", width))
	if s.Unaccounted() != 0 {
		p.look(bad)
	}
	p.printf("  %*s  %s\n", width, total, accounted(s))
	if after := s.RecordsRead - s.SettledUpTo; s.State != Finished && after > 0 && len(s.Calls) > 0 {
		p.printf("  %*s  %s\n", width, "", afterLast(s.Calls, s.PerhapsTaken))
	}
	if s.Skipped != nil {
		p.printf("  %*s  %s\n", width, "", s.Skipped)
	}
	p.printf("\n")
}

// String says how many lines were skipped, and why.
func (s *Skipped) String() string {
	var parts []string
	if s.Headers > 0 {
		parts = append(parts, Thousands(s.Headers)+" that repeat the header")
	}
	if s.Blank > 0 {
		parts = append(parts, Count(s.Blank, "blank line"))
	}
	for _, other := range []struct {
		n    int
		text string
	}{
		{s.Leading, "first line for programs (sep=, #TYPE or version:)"}, {s.BeforeHeader, "before the header"}, {s.Dashes, "of dashes under the header"},
		{s.Comments, "of comments"}, {s.Footers, "of footers"}, {s.EndMarks, "end-of-file character (0x1A)"},
	} {
		if other.n > 0 {
			parts = append(parts, Thousands(other.n)+" "+other.text)
		}
	}
	if s.OtherGroups > 0 {
		parts = append(parts, Count(s.OtherGroups, "reject")+" of other groups")
	}
	if s.Settled > 0 {
		parts = append(parts, Count(s.Settled, "reject")+" settled before")
	}
	if s.Sheets > 0 {
		parts = append(parts, "those of "+Count(s.Sheets, "more sheet")+", as no sheet is named")
	}
	return "lines skipped: " + strings.Join(parts, ", ")
}

// afterLast says what the API may have done with the records after the last result.
func afterLast(made map[string]Calls, taken int) string {
	if taken > 0 {
		return "records after it were perhaps taken: at most " + Thousands(taken)
	}
	for _, c := range made {
		for what := range c.Met {
			early := what == "dial" || what == "dns" || strings.HasPrefix(what, "token_") && what != "token_expired"
			if !early {
				return "no user after it was touched this time"
			}
		}
	}
	return "no call got through; no user after it was touched this time"
}

// accounted compares the total with what was read.
func accounted(s *Summary) string {
	outcomes := "outcomes"
	if s.Outcomes.Total() == 1 {
		outcomes = "outcome"
	}
	switch n := s.Unaccounted(); {
	case n > 0:
		return fmt.Sprintf("%s, and %s WITHOUT ONE. This is a bug in usersync: please report it.", outcomes, Count(n, "record"))
	case n < 0:
		return fmt.Sprintf("%s, %s TOO MANY. This is a bug in usersync: please report it.", outcomes, Thousands(-n))
	case s.State == Finished:
		if d := s.Deleted().Users; d > 0 {
			return fmt.Sprintf("%s for %s and %s", outcomes, Count(s.RecordsRead, "record"), Count(d, "deletion"))
		}
		return fmt.Sprintf("%s for %s", outcomes, Count(s.RecordsRead, "record"))
	}
	return fmt.Sprintf("%s; %s read, the results end at record %s", outcomes, Count(s.RecordsRead, "record"), Thousands(s.SettledUpTo))
}

const mostReasons = 3

// reasons names the most frequent codes of n records, and how many have others. A reject always has a
// code; a success may have none.
func reasons(status user.Status, n int, codes []writer.Code) string {
	var list []string
	if !status.Rejected() {
		n = 0
		for _, c := range codes {
			n += c.Records
		}
	}
	for _, c := range codes[:min(len(codes), mostReasons)] {
		list = append(list, Thousands(c.Records)+" "+c.Code)
		n -= c.Records
	}
	switch {
	case len(codes) <= mostReasons:
	case n == 1:
		list = append(list, "and 1 other")
	default:
		list = append(list, "and "+Thousands(n)+" others")
	}
	return strings.Join(list, ", ")
}

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
func wrap(text string) []string { return wrapAt(text, lineWidth-factsIndent) }

func wrapAt(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last < 0 || visible.Width(lines[last])+1+visible.Width(word) > width {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
	}
	return lines
}

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

func calls(made map[string]Calls) []string {
	var lines []string
	width := 0
	for _, c := range made {
		width = max(width, len(Thousands(c.Made)))
	}
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		c := made[kind]
		line := fmt.Sprintf("%*s %-6s  %s", width, Thousands(c.Made), kind, met(c))
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func met(c Calls) string {
	if c.Made > 1 && c.Met["ok"] == c.Made {
		return "all ok"
	}
	var parts []string
	byCount := func(a, b string) int { return c.Met[b] - c.Met[a] }
	for _, what := range slices.SortedStableFunc(slices.Values(slices.Sorted(maps.Keys(c.Met))), byCount) {
		parts = append(parts, Thousands(c.Met[what])+" "+what)
	}
	return strings.Join(parts, ", ")
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
