package page

import (
	"fmt"
	"math"
	"strings"
	"time"

	"usersync/writer/report"
)

// clock writes a time for a person.
func clock(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") }

// minute writes a time for a table.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// lasting writes a duration in at most two units: 340 ms, 4.2 s, 5 min 2 s, 3 h 20 min.
func lasting(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 10*time.Second:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return pair(int(d.Round(time.Second).Seconds()), 60, "min", "s")
	case d < 48*time.Hour:
		return pair(int(d.Round(time.Minute).Minutes()), 60, "h", "min")
	}
	return pair(int(d.Round(time.Hour).Hours()), 24, "days", "h")
}

// pair writes n small units as large and small ones.
func pair(n, large int, units ...string) string {
	text := fmt.Sprintf("%d %s", n/large, units[0])
	if n%large > 0 {
		text += fmt.Sprintf(" %d %s", n%large, units[1])
	}
	return text
}

// seconds writes a number of seconds as a duration.
func seconds(s float64) string { return lasting(time.Duration(s * float64(time.Second))) }

// milliseconds writes a number of milliseconds as a duration.
func milliseconds(ms float64) string {
	if ms < 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", ms), ".0") + " ms"
	}
	return lasting(time.Duration(ms * float64(time.Millisecond)))
}

// percent writes a share. What is not nothing is never 0%, and what is not all never 100%.
func percent(share float64) string {
	switch p := 100 * share; {
	case p <= 0:
		return "0%"
	case p < 0.1:
		return "<0.1%"
	case p < 1:
		return fmt.Sprintf("%.1f%%", p)
	case p > 99 && p < 100:
		return fmt.Sprintf("%.1f%%", min(p, 99.9))
	default:
		return fmt.Sprintf("%.0f%%", p)
	}
}

// rate writes a number of calls or records per second.
func rate(perSecond float64) string {
	if perSecond < 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", perSecond), ".0")
	}
	return report.Thousands(int(math.Round(perSecond)))
}

// span is a piece of a text. Code is what a person would type.
type span struct {
	Code bool
	Text string
}

// spans takes apart a text with code between backticks.
func spans(text string) (list []span) {
	for i, piece := range strings.Split(text, "`") {
		if piece != "" {
			list = append(list, span{Code: i%2 == 1, Text: piece})
		}
	}
	return list
}

// share returns part of whole, and 0 if there is no whole.
func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
