package visible

import "strings"

// Lines breaks prose into lines of at most so many columns. A word that is wider is not broken, and
// blanks that follow each other stay within a line: the name of a file may have them.
func Lines(prose string, columns int) []string {
	prose = strings.TrimSpace(strings.NewReplacer("\n", " ", "\t", " ").Replace(prose))
	if prose == "" {
		return nil
	}
	var lines []string
	for word := range strings.SplitSeq(prose, " ") {
		last := len(lines) - 1
		if last < 0 || word != "" && Width(lines[last])+1+Width(word) > columns {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// narrowest is the text that a line has room for, however little the terminal has.
const narrowest = 20

// Hang returns lead and prose, broken into lines of at most so many columns. Those after the first
// begin below the prose. With no columns, as where no terminal is, nothing is broken.
func Hang(lead, prose string, columns int) string {
	indent := Width(lead)
	if columns == 0 || indent+Width(prose) <= columns {
		return lead + prose
	}
	return lead + strings.Join(Lines(prose, max(columns-indent, narrowest)), "\n"+strings.Repeat(" ", indent))
}
