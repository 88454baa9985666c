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
		were := "were"
		if never == 1 {
			were = "was"
		}
		all = append(all, fmt.Sprintf("%s of the %s on the list of --protect %s not met", report.Thousands(never), report.Count(r.Listed, "id"), were))
	}
	if r.Alike > 0 {
		all = append(all, fmt.Sprintf("%s like one on the list of --protect, but not the same, and not protected%s: ids are compared exactly",
			lookUsers(r.Alike), linesOf(r)))
	}
	return all
}

func lookUsers(n int) string {
	if n == 1 {
		return "1 id looks"
	}
	return report.Thousands(n) + " ids look"
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
