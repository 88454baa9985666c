package visible

import "strings"

// Lines breaks prose into lines of at most so many columns. A word that is wider is not broken.
func Lines(prose string, columns int) []string {
	var lines []string
	for _, word := range strings.Fields(prose) {
		last := len(lines) - 1
		if last < 0 || Width(lines[last])+1+Width(word) > columns {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
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
