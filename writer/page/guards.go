package page

import (
	"strings"

	"usersync/writer/report"
)

// guard is a guard, and how close it came.
type guard struct {
	report.Guard
	Name    string
	Reached string
	Allowed string
	Share   float64 // of the limit
	Width   float64 // of its bar, in percent
	Class   string  // good, warn or bad
	Said    string  // how close it came, in words
}

func guards(s *report.Summary) (list []guard) {
	for _, g := range s.Guards {
		one := guard{Guard: g, Name: strings.ReplaceAll(g.Name, "_", " "), Reached: measured(g.Reached, g.Unit), Class: "good"}
		switch {
		case g.Most > 0:
			one.Share, one.Allowed = share(g.Reached, g.Most), "at most "+measured(g.Most, g.Unit)
		case g.Least > 0:
			one.Share, one.Allowed = share(g.Least, g.Reached), "at least "+measured(g.Least, g.Unit)
		}
		if one.Said = percent(one.Share) + " of the limit"; one.Allowed == "" {
			one.Said = ""
		}
		if one.Share > 0.8 {
			one.Class = "warn"
		}
		if g.Stopped {
			one.Class, one.Said = "bad", "it stopped the run"
		}
		if g.Unit == "" {
			one.Reached = ""
		}
		one.Width = round(min(100*one.Share, 100))
		list = append(list, one)
	}
	return list
}

// measured writes what a guard has measured.
func measured(v float64, unit string) string {
	if unit == report.Seconds {
		return seconds(v)
	}
	return report.Count(int(v), strings.TrimSuffix(unit, "s"))
}
