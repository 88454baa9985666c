package report

import (
	"io"
	"strings"

	"usersync/sync/user"
	"usersync/sync/visible"
)

// style is how a whole line looks on a terminal that shows colors. Colors repeat what the
// words say: nothing is said by a color alone.
type style string

const (
	plain  style = ""
	good   style = "\x1b[32m"
	bad    style = "\x1b[31m"
	poor   style = "\x1b[33m"
	strong style = "\x1b[1m"
	reset        = "\x1b[0m"
)

// styleOf is for the line of an outcome.
func styleOf(s user.Status) style {
	switch {
	case s == user.Failed || s == user.InDoubt:
		return bad
	case s.Rejected():
		return poor
	}
	return plain
}

// titleStyle is for the line that says how the run ended.
func titleStyle(s *Summary) style {
	switch {
	case s.State != Finished:
		return bad
	case s.Rejects > 0:
		return poor
	}
	return good
}

// look styles the line that begins here.
func (p *reportBuilder) look(s style) {
	if p.styles == nil {
		p.styles = map[int]style{}
	}
	p.styles[strings.Count(p.String(), "\n")] = s
}

// PrintColored is like Print, for a terminal that shows colors. It escapes itself what a
// terminal would obey or hide.
func PrintColored(w io.Writer, s Summary) error {
	p := build(&s)
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n") {
		line = visible.Text(line)
		if s := p.styles[i]; s != plain && line != "" {
			line = string(s) + line + reset
		}
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// PrintShort writes what a person must know who asked for quiet: what was rejected, the hint
// and the next command; nothing if the run ended with exit code 0. All but the command is broken for
// a terminal of so many columns; 0 if w is none.
func PrintShort(w io.Writer, s Summary, columns int) error {
	if s.ExitCode == 0 {
		return nil
	}
	var parts []string
	for _, status := range user.Statuses {
		if n := s.Outcomes.Count(status); n > 0 && status.Rejected() {
			parts = append(parts, Thousands(n)+" "+Label(status))
		}
	}
	text := "run " + s.Run
	if len(parts) > 0 {
		text += ": " + Count(s.Outcomes.Rejected(), "reject") + " of " + Count(s.Outcomes.Total(), "record") + ": " + strings.Join(parts, ", ")
	}
	if s.Reason != "" {
		text += ": " + s.Reason
	}
	text = visible.Hang("usersync: ", text, columns)
	if s.Hint != "" {
		text += "\n" + visible.Hang("  hint: ", s.Hint, columns)
	}
	if s.Next != "" {
		text += "\n  next: " + s.Next
	}
	_, err := io.WriteString(w, text+"\n")
	return err
}
