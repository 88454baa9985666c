package page

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/writer/report"
)

// mostEarlier is how many runs a page compares: a month of nights.
const mostEarlier = 30

// trend is one number over several runs, as a small chart.
type trend struct {
	Name   string
	Now    string
	Median string // of the earlier runs; empty without any
	Chart  chart
}

// past is a run in figures.
type past struct {
	*report.Summary
	Status  status
	Changed int  // users that it has changed
	This    bool // it is the run of the page
}

// Rejected counts the records that it did not settle.
func (p past) Rejected() int { return p.Outcomes.Rejected() }

// Comparable reports whether the numbers of two runs can be compared: both sent to one
// account in one mode, and neither or both sent rejects again.
func Comparable(a, b *report.Summary) bool {
	return a.Scope.Destination == b.Scope.Destination && a.Scope.Account == b.Scope.Account && a.Scope.Sandbox == b.Scope.Sandbox &&
		(a.Scope.BaseURL == b.Scope.BaseURL || a.Scope.Sandbox) && settingOf(a, "mode") == settingOf(b, "mode") && (a.Retried == nil) == (b.Retried == nil)
}

// trends compares a run with those before it that are comparable, and lists these, the
// newest first. Without any there is nothing to compare.
func trends(earlier []report.Summary, s *report.Summary) ([]trend, []past) {
	var runs []*report.Summary
	for i := range earlier {
		if e := &earlier[i]; e.Run != s.Run && e.StartedAt.Before(s.StartedAt) && Comparable(e, s) {
			runs = append(runs, e)
		}
	}
	if len(runs) == 0 {
		return nil, nil
	}
	slices.SortFunc(runs, func(a, b *report.Summary) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Run, b.Run))
	})
	runs = append(runs[max(0, len(runs)-mostEarlier):], s)
	return trendsOf(runs), pastOf(runs, s.Run)
}

func pastOf(runs []*report.Summary, this string) (list []past) {
	for _, r := range slices.Backward(runs) {
		list = append(list, past{Summary: r, Status: statusOf(r), Changed: changed(r), This: r.Run == this})
	}
	return list
}

// trendsOf draws the numbers of runs, the oldest first; the last one stands out.
func trendsOf(runs []*report.Summary) []trend {
	thousands := func(v float64) string { return report.Thousands(int(v)) }
	return []trend{
		newTrend("Records", runs, thousands, func(s *report.Summary) float64 { return float64(s.RecordsRead) }),
		newTrend("Changes", runs, thousands, func(s *report.Summary) float64 { return float64(changed(s)) }),
		newTrend("Rejects", runs, thousands, func(s *report.Summary) float64 { return float64(s.Outcomes.Rejected()) }),
		newTrend("Duration", runs, seconds, func(s *report.Summary) float64 { return s.Seconds }),
	}
}

func newTrend(name string, runs []*report.Summary, text func(float64) string, of func(*report.Summary) float64) trend {
	var values []float64
	for _, r := range runs {
		values = append(values, of(r))
	}
	last, top := len(values)-1, slices.Max(values)
	t := trend{Name: name, Now: text(values[last]), Chart: chart{Width: max(len(runs), 10), Top: text(top)}}
	for i, v := range values {
		class := "before"
		if i == last {
			class = "now"
		}
		if runs[i].State != report.Finished {
			class += " broken"
		}
		x := t.Chart.Width - len(values) + i
		t.Chart.Bars = append(t.Chart.Bars, column(x, 0, v, top, class, clock(runs[i].StartedAt)+": "+text(v)))
	}
	t.Chart.Summary = fmt.Sprintf("%s of %s. Latest: %s. Highest: %s.", name, report.Count(len(runs), "run"), t.Now, t.Chart.Top)
	if last > 0 {
		t.Median = text(median(values[:last]))
	}
	return t
}

// median returns the middle value; of an even number of values the lower one of the two.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
