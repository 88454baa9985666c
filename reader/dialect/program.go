package dialect

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// ProgramLine reports whether a first line is for a program and not for people: sep=;, #TYPE
// or version:v1.0. Delimiter is the one that it names; empty if it names none.
func ProgramLine(line string) (delimiter string, is bool) {
	line = strings.Trim(line, `" `)
	if len(line) > 4 && strings.EqualFold(line[:4], "sep=") {
		if strings.TrimRight(line[4:], ",;\t") == "||" {
			return "||", true
		}
		d, size := utf8.DecodeRuneInString(line[4:])
		if len(strings.Trim(line[4+size:], ",;|\t\"")) > 0 || !Valid(d) {
			return "", false
		}
		return string(d), true
	}
	if strings.EqualFold(line, "sep=\t") || strings.EqualFold(line, "sep=") {
		return "\t", true
	}
	return "", strings.HasPrefix(line, "#TYPE") || isVersion(line)
}

func isVersion(line string) bool {
	return regexp.MustCompile(`^version: ?v?[0-9][0-9.]*[",;|\t ]*$`).MatchString(line)
}
