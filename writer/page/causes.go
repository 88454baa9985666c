package page

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"usersync/sync/user"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// reason is why some records were rejected.
type reason struct {
	Status  user.Status
	Records int
	Share   float64 // of all rejected records
	Width   float64 // of its bar, in percent
	Title   string  // a code, and what the API answered
	Text    string  // the message, and its field
	Where   string
	Do      string
	Retry   string // the command that sends them again; empty if that cannot help
}

// mostReasons is how many a page lists; the summary has more.
const mostReasons = 50

// reasons are why records were rejected, the most frequent first, and how many records have
// others.
func reasons(s *report.Summary) (list []reason, more int) {
	if s.ErrorGroups != nil {
		for i := range s.ErrorGroups.Groups {
			list = append(list, ofGroup(s, &s.ErrorGroups.Groups[i]))
		}
	} else {
		list = ofCodes(s)
	}
	rejected := s.Outcomes.Rejected()
	list, more = list[:min(len(list), mostReasons)], rejected
	for i := range list {
		list[i].Share = share(float64(list[i].Records), float64(rejected))
		list[i].Width = round(100 * list[i].Share)
		more -= list[i].Records
	}
	return list, max(more, 0)
}

// ofGroup is the reason of an error group.
func ofGroup(s *report.Summary, g *cause.ErrorGroup) reason {
	r := reason{Status: g.Outcome, Records: g.Records, Title: cmp.Or(g.Code, report.Label(g.Outcome)), Text: g.Message, Do: g.Do, Where: place(g.First)}
	if g.HTTP != 0 && g.Code != fmt.Sprintf("http_%d", g.HTTP) {
		r.Title += fmt.Sprintf(" (HTTP %d)", g.HTTP)
	}
	if g.Deletions {
		r.Title += ", deletion"
	}
	if g.Field != "" {
		r.Text = strings.TrimSuffix(g.Field+": "+g.Message, ": ")
	}
	if g.First != g.Last {
		r.Where += " to " + place(g.Last)
	}
	if s.State == report.Finished && g.InRejects() && g.Retry != cause.No {
		r.Retry = "usersync retry " + report.Quoted(filepath.Dir(s.Path("rejects"))) + " --group " + g.Key
	}
	return r
}

func place(p cause.Position) string {
	if p.File == "" {
		return "record " + report.Thousands(p.Record)
	}
	return fmt.Sprintf("%s, line %s", p.File, report.Thousands(p.Line))
}

// ofCodes are the reasons of a summary without groups, as earlier versions wrote it.
func ofCodes(s *report.Summary) (list []reason) {
	for _, status := range user.Statuses {
		if !status.Rejected() {
			continue
		}
		for _, c := range s.Codes[status] {
			list = append(list, reason{Status: status, Title: c.Code, Records: c.Records})
		}
	}
	slices.SortStableFunc(list, func(a, b reason) int { return cmp.Compare(b.Records, a.Records) })
	return list
}
