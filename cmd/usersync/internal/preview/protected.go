package preview

import (
	"fmt"
	"strings"

	"usersync/sync/protect"
	"usersync/writer/report"
)

// ProtectedWarnings are what a person should know of the list of protected users once
// the input was read to its end.
func ProtectedWarnings(r protect.Report) []string {
	var all []string
	switch never := r.Listed - r.Met; {
	case r.Listed == 0:
		return nil
	case r.Met == 0:
		all = append(all, fmt.Sprintf("none of the %s on the list of --protect was met: look whether it holds ids as the input does", report.Count(r.Listed, "id")))
	case never > 0:
		all = append(all, fmt.Sprintf("%s of the %s on the list of --protect were not met", report.Grouped(never), report.Count(r.Listed, "id")))
	}
	if r.Alike > 0 {
		all = append(all, fmt.Sprintf("%s only similar to protected ones, and were not protected%s: they differ by case, width, leading zeros or invisible characters",
			areUsers(r.Alike), linesOf(r)))
	}
	return all
}

func areUsers(n int) string {
	if n == 1 {
		return "1 user is"
	}
	return report.Grouped(n) + " users are"
}

// linesOf names the first lines of users who only look like protected ones.
func linesOf(r protect.Report) string {
	if len(r.Lines) == 0 {
		return ""
	}
	text := strings.Trim(fmt.Sprint(r.Lines), "[]")
	more := ""
	if r.Alike > len(r.Lines) {
		more = " ..."
	}
	return " (line " + strings.ReplaceAll(text, " ", ", ") + more + ")"
}
