package page

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/writer/report"
)

// Entry is a run in the index.
type Entry struct {
	report.Summary
	// Report is the path of its report, relative to the index; empty if it has none.
	Report string
}

// index is everything that the index shows.
type index struct {
	Dir    string
	Kinds  []kind
	Rows   []listed
	Runs   int
	Latest *listed
	// Unended are runs that have not ended, or were killed.
	Unended []string
}

// Newest reports whether no run without a summary is newer than those that have one.
func (x *index) Newest() bool {
	return len(x.Unended) == 0 || x.Latest == nil || x.Unended[0] < x.Latest.Run
}

// kind is runs that can be compared.
type kind struct {
	Name   string
	Runs   int
	Trends []trend
}

// listed is a line of the index.
type listed struct {
	past
	Report, To, Mode string
}

// mostListed is how many runs the index lists: more than a year of nights.
const mostListed = 400

func newIndex(dir string, runs []Entry) *index {
	runs = slices.Clone(runs)
	slices.SortFunc(runs, func(a, b Entry) int { return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(b.Run, a.Run)) })
	x := &index{Dir: report.Quoted(dir), Runs: len(runs)}
	for i := range runs[:min(len(runs), mostListed)] {
		r := &runs[i]
		x.Rows = append(x.Rows, listed{past: past{Summary: &r.Summary, Status: statusOf(&r.Summary), Changed: changed(&r.Summary)},
			Report: r.Report, To: to(&r.Summary), Mode: settingOf(&r.Summary, "mode")})
	}
	if len(x.Rows) > 0 {
		x.Latest = &x.Rows[0]
	}
	x.Kinds = kinds(runs)
	return x
}

// mostKinds is how many kinds of runs have trends in the index.
const mostKinds = 12

// kinds groups runs that can be compared, the kind of the newest run first.
func kinds(runs []Entry) (list []kind) {
	var groups [][]*report.Summary
	for i := range runs {
		s := &runs[i].Summary
		at := slices.IndexFunc(groups, func(g []*report.Summary) bool { return Comparable(g[0], s) })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], s)
	}
	for _, g := range groups[:min(len(groups), mostKinds)] {
		k := kind{Name: nameOf(g[0]), Runs: len(g)}
		latest := slices.Clone(g[:min(len(g), mostEarlier+1)])
		slices.Reverse(latest)
		k.Trends = trendsOf(latest)
		list = append(list, k)
	}
	return list
}

// nameOf names what runs of a kind have in common.
func nameOf(s *report.Summary) string {
	text := to(s)
	if mode := settingOf(s, "mode"); mode != "" {
		text = fmt.Sprintf("%s, mode %s", text, mode)
	}
	if s.Retried != nil {
		text += ", retries"
	}
	return text
}
