package help

import (
	"strings"
	"unicode/utf8"
)

// Wrap lays text out in lines of at most width columns. Lines that follow each other
// are one paragraph. A line that begins with a blank is one of a list or table: it
// stays a line, and what is wrapped of it begins below its text. A word that
// is wider than a line is not broken.
func Wrap(text string, width int) string {
	var out strings.Builder
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			out.WriteString(wrapLine("", strings.Join(paragraph, " "), 0, width))
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line = strings.ReplaceAll(line, "\t", "    ")
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			out.WriteString("\n")
		case line[0] == ' ' && utf8.RuneCountInString(line) <= width:
			flush()
			out.WriteString(strings.TrimRight(line, " ") + "\n")
		case line[0] == ' ':
			flush()
			at := textColumn(line, width)
			out.WriteString(wrapLine(line[:at], line[at:], at, width))
		default:
			paragraph = append(paragraph, strings.TrimSpace(line))
		}
	}
	flush()
	return out.String()
}

// textColumn is where the text of a line begins: after its first column, or after the
// indent. A first column that would leave no room for the text is part of it.
func textColumn(line string, width int) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	name, text, found := strings.Cut(line[indent:], "  ")
	at := indent + len(name) + 2 + len(text) - len(strings.TrimLeft(text, " "))
	if !found || at > width/2 {
		return indent
	}
	return at
}

// wrapLine puts lead before the first line, and indent blanks before the others.
func wrapLine(lead, text string, indent, width int) string {
	var out strings.Builder
	out.WriteString(lead)
	at := utf8.RuneCountInString(lead)
	begun := false
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case !begun:
		case at+1+n > width:
			out.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at, begun = at+n, true
	}
	return strings.TrimRight(out.String(), " ") + "\n"
}

// wrapCommand wraps a command line so that it can still be pasted: at blanks that are
// not quoted, with a backslash before each end of line.
func wrapCommand(line string, width int) string {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	var out strings.Builder
	out.WriteString(line[:indent])
	at := indent
	for i, word := range shellWords(line[indent:]) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n+2 > width:
			out.WriteString(" \\\n" + strings.Repeat(" ", indent+2))
			at = indent + 2
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += n
	}
	return out.String() + "\n"
}

// shellWords splits at blanks outside single quotes. The quotes stay.
func shellWords(line string) []string {
	quoted := false
	return strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}
