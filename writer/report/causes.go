package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"usersync/sync/user"
	"usersync/sync/visible"
	"usersync/writer/cause"
	"usersync/writer/codes"
)

// GroupsShown is how many groups of rejects a report for a person shows; summary.json lists
// more.
const GroupsShown = 5

// causes says why records were rejected, the most frequent cause first, and how to send one
// group of them again.
func (p *reportBuilder) causes(s *Summary) {
	if s.ErrorGroups == nil {
		return
	}
	shown := notParked(*s.ErrorGroups)
	all := shown.Groups
	var lines []string
	for i := range all[:min(GroupsShown, len(all))] {
		lines = append(lines, groupLines(&all[i], shown.Total())...)
	}
	p.fact("errors", append(lines, others(&shown)...)...)
	if key := sendable(all); s.State == Finished && len(all) > 1 && key != "" {
		p.fact("group", "usersync retry "+Quoted(filepath.Dir(s.Path("rejects")))+" --group "+key)
	}
}

// notParked leaves out the groups of parked users, which a line of their own counts.
func notParked(g cause.ErrorGroups) cause.ErrorGroups {
	g.Groups = slices.DeleteFunc(slices.Clone(g.Groups), func(g cause.ErrorGroup) bool { return g.Code == user.CodeParked })
	return g
}

// Quoted returns a path as a shell reads it.
func Quoted(path string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/._-+:@,", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// groupLines describe a group: how many, what, where, and what to do.
func groupLines(g *cause.ErrorGroup, total int) []string {
	first := fmt.Sprintf("%s (%s) %s", Thousands(g.Records), percent(g.Records, total), Label(g.Outcome))
	if g.Deletions {
		first += " deletion"
	}
	if g.Code != "" {
		first += " " + trimmed(g.Code, 30)
	}
	if g.HTTP != 0 && g.Code != fmt.Sprintf("http_%d", g.HTTP) {
		first += fmt.Sprintf(" (HTTP %d)", g.HTTP)
	}
	lines := []string{first + ", " + g.Key}
	text := strings.ReplaceAll(g.Message, "`", "")
	if g.Field != "" {
		text = strings.TrimSuffix(g.Field+": "+text, ": ")
	}
	if text != "" {
		lines = append(lines, "  "+trimmed(text, lineWidth-factsIndent-2))
	}
	for _, line := range visible.Lines(places(g)+". "+codes.Plain(g.Do), lineWidth-factsIndent-2) {
		lines = append(lines, "  "+line)
	}
	return lines
}

// places says where the records of a group are.
func places(g *cause.ErrorGroup) string {
	if g.First == g.Last {
		return place(g.First)
	}
	return place(g.First) + " to " + place(g.Last)
}

func place(p cause.Position) string {
	if p.File == "" {
		return "record " + Thousands(p.Record)
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// others says what is not shown.
func others(r *cause.ErrorGroups) []string {
	var lines []string
	if more := r.Groups[min(GroupsShown, len(r.Groups)):]; len(more) > 0 {
		records := 0
		for _, g := range more {
			records += g.Records
		}
		lines = append(lines, fmt.Sprintf("and %s with %s: see error_groups in summary.json", Count(len(more), "more group"), Count(records, "reject")))
	}
	if r.Other > 0 {
		lines = append(lines, Count(r.Other, "reject")+" in groups too small to follow")
	}
	return lines
}

// sendable is the key of the largest group that can be sent again; empty if there is none.
func sendable(all []cause.ErrorGroup) string {
	for i := range all {
		if all[i].InRejects() && all[i].Retry != cause.No {
			return all[i].Key
		}
	}
	return ""
}

// lines say what happened to the rejects of an earlier run.
func (r *Retried) lines() []string {
	of := ""
	if r.Sent < r.Rejects && (r.Left > 0 || r.SettledBefore > 0) {
		of = Thousands(r.Sent) + " of "
	}
	lines := []string{fmt.Sprintf("%s%s of run %s: %s settled now", of, Count(r.Rejects, "reject"), r.Run, Thousands(r.Settled))}
	if r.SettledBefore > 0 {
		lines = append(lines, Thousands(r.SettledBefore)+" settled before, and not sent again")
	}
	if r.Left > 0 {
		lines = append(lines, Thousands(r.Left)+" of other groups, not sent: they are still rejects of that run")
	}
	return lines
}
