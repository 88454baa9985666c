package summary

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/guard"
	"usersync/sync/mirror"
	"usersync/sync/user"
	"usersync/writer/report"
)

// Measured is what guards have measured during a run. It is written and read by one goroutine
// after the other.
type Measured struct {
	missing, feed  int
	changed, known int
	counted, ahead bool
}

// Deletes notes how many users are missing from the input, of how many that its feed has.
func (m *Measured) Deletes(missing, feed int) { m.missing, m.feed, m.counted = missing, feed, true }

// Changes notes how many users a run would change, of how many that are known.
func (m *Measured) Changes(changed, known int) { m.changed, m.known, m.ahead = changed, known, true }

// guards says how close each guard came to stopping the run; err is how it ended.
func (r *Run) guards(s *report.Summary, err error) []report.Guard {
	g := r.Config.Guards
	all := r.errorGuard(s)
	all = append(all, r.deleteGuard()...)
	if g.MaxChange.All != nil && r.Measured.ahead {
		all = append(all, report.Guard{Name: preview.ChangeGuard, Limit: g.MaxChange.All.String(), Unit: report.Users,
			Reached: float64(r.Measured.changed), Most: max(float64(g.MaxChange.All.Count), g.MaxChange.All.Percent/100*float64(r.Measured.known))})
	}
	if g.MinRecords > 0 {
		all = append(all, report.Guard{Name: "min_records", Limit: strconv.Itoa(g.MinRecords), Unit: report.Records, Reached: float64(s.RecordsRead), Least: float64(g.MinRecords)})
	}
	if g.MaxDuration > 0 {
		all = append(all, report.Guard{Name: "max_duration", Limit: durationText(g.MaxDuration), Unit: report.Seconds,
			Reached: seconds(r.Now.Sub(r.Started)), Most: seconds(g.MaxDuration)})
	}
	if g.Until.Given() {
		at, _ := g.Until.Next(r.Started)
		all = append(all, report.Guard{Name: "until", Limit: g.Until.String(), Unit: report.Seconds,
			Reached: seconds(r.Now.Sub(r.Started)), Most: seconds(at.Sub(r.Started))})
	}
	all = append(all, r.waitGuard(s))
	return markStopped(all, err)
}

// errorGuard is --max-errors, which does not count parked users.
func (r *Run) errorGuard(s *report.Summary) []report.Guard {
	limit, bad := r.Config.Guards.MaxErrors, float64(s.Outcomes.Invalid+s.Outcomes.Refused-r.Files.Counts().Of(user.Refused, user.CodeParked))
	one := report.Guard{Name: "max_errors", Limit: limit.String(), Reached: bad, Unit: report.Users}
	switch total := s.Outcomes.Total(); {
	case limit.Percent > 0:
		if one.Most = limit.Percent / 100 * float64(total); total < preview.ErrorsAfter {
			one.Most = 0
			one.Note = "a percentage is checked once " + report.Count(preview.ErrorsAfter, "record") + " are settled"
		}
	case limit.Count > 0:
		one.Most = float64(limit.Count)
	default:
		return nil
	}
	return []report.Guard{one}
}

// deleteGuard is --max-delete.
func (r *Run) deleteGuard() []report.Guard {
	c, one := r.Config, report.Guard{Name: "max_delete", Limit: limitText(r.Config.Guards.MaxDelete), Unit: report.Users}
	switch {
	case r.Measured.counted:
		one.Reached, one.Most = float64(r.Measured.missing), float64(c.Guards.MaxDelete.Of(r.Measured.feed))
	case c.Input.OpColumn.IsSet():
		one.Reached, one.Most = float64(r.Files.Counts().Deletes()), float64(c.Guards.MaxDelete.OfChanges(0))
		if c.Guards.MaxDelete.Percent > 0 || !c.Guards.MaxDelete.Set {
			one.Note = "a percentage of the feed can allow more"
		}
	default:
		return nil
	}
	return []report.Guard{one}
}

func limitText(l mirror.Limit) string {
	switch {
	case !l.Set:
		return "auto"
	case l.Percent > 0:
		return strconv.FormatFloat(l.Percent, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(l.Count)
}

// durationText writes a duration as people type it: 15m, not 15m0s.
func durationText(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// waitGuard is --max-wait, and the longest pause that the API asked for.
func (r *Run) waitGuard(s *report.Summary) report.Guard {
	longest := 0.0
	if s.Pace != nil {
		for _, e := range s.Pace.Events {
			longest = max(longest, e.Seconds)
		}
	}
	limit := r.Config.Pace.MaxWait
	return report.Guard{Name: "max_wait", Limit: durationText(limit), Unit: report.Seconds, Reached: longest, Most: seconds(limit)}
}

// markStopped flags the guard that stopped the run. One that is not in the list, because
// it has no limit to come close to, is added.
func markStopped(all []report.Guard, err error) []report.Guard {
	tripped, ok := errors.AsType[*guard.Error](err)
	if !ok {
		return all
	}
	for i := range all {
		if all[i].Name == tripped.Name || tripped.Name == mirror.Guard && all[i].Name == "max_delete" && all[i].Reached > all[i].Most {
			all[i].Stopped, all[i].Note = true, tripped.What
			all[i].Reached = max(all[i].Reached, tripped.Reached) // results may end before what it saw
			return all
		}
	}
	return append(all, report.Guard{Name: tripped.Name, Stopped: true, Note: tripped.What})
}
