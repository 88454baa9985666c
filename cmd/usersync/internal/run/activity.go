package run

import (
	"maps"
	"math"
	"time"

	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// activity says how this part of the run went.
func (r *Run) activity() *report.Activity {
	a := &report.Activity{
		FirstRecord: r.at.Written + 1, Workers: r.Conn.Pace.MostWorkers(),
		Latency: map[string]report.Latency{}, Retries: r.stats.Repeats(), Spent: spentFacts(r.stats.Spent()), Timeline: timelineFacts(r.stats.Timeline()),
	}
	for kind, h := range r.stats.Latency() {
		a.Latency[kind] = latencyFacts(&h)
	}
	return a
}

// SoFar returns what can be said of a run in progress: its outcomes, calls and pace. It is
// safe for concurrent use with Send.
func (r *Run) SoFar() report.Summary {
	outcomes := map[user.Status]int{}
	maps.Copy(outcomes, r.at.before.Outcomes)
	for status, n := range r.stats.Outcomes() {
		outcomes[status] += n
	}
	return report.Summary{
		Run: r.at.files.Run(), Counts: report.Counts{Outcomes: writer.CountOutcomes(outcomes)}, Calls: callFacts(r.calls.Counts()),
		Pace: paceFacts(r.Conn.Pace.Report()), Activity: r.activity(), Times: report.Times{StartedAt: r.started},
	}
}

func latencyFacts(h *telemetry.Histogram) report.Latency {
	l := report.Latency{
		Calls: h.Count(), P50: milliseconds(h.Quantile(0.5)), P90: milliseconds(h.Quantile(0.9)), P99: milliseconds(h.Quantile(0.99)),
		Max: milliseconds(h.Max()), Sum: milliseconds(h.Sum()),
	}
	for _, b := range h.Buckets() {
		l.Buckets = append(l.Buckets, report.Bucket{UpTo: milliseconds(b.UpTo), Calls: b.Count})
	}
	return l
}

func spentFacts(s telemetry.Spent) report.Spent {
	return report.Spent{
		Slot: seconds(s[telemetry.Slot]), Rate: seconds(s[telemetry.Rate]), Slowed: seconds(s[telemetry.Slowed]),
		Paused: seconds(s[telemetry.Paused]), Down: seconds(s[telemetry.Down]), Backoff: seconds(s[telemetry.Backoff]),
		Answered: seconds(s[telemetry.Answer]), Failed: seconds(s[telemetry.Failure]), Journal: seconds(s[telemetry.Journal]),
		Ledger: seconds(s[telemetry.Ledger]), Results: seconds(s[telemetry.Results]),
	}
}

func timelineFacts(t telemetry.Timeline) report.Timeline {
	facts := report.Timeline{StartedAt: t.Start.UTC(), WidthSeconds: int(t.Width / time.Second)}
	for i, p := range t.Points {
		if p.Calls == 0 && len(p.Outcomes) == 0 {
			continue
		}
		facts.Points = append(facts.Points, report.Point{
			At: i * facts.WidthSeconds, Outcomes: p.Outcomes, Calls: p.Calls, Failed: p.Failed, Throttled: p.Throttled,
			PerSecond: math.Round(100*p.Limit) / 100,
		})
	}
	return facts
}

// milliseconds are precise to the microsecond; seconds to the millisecond, rounded up, so
// that what took time is never nothing.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func seconds(d time.Duration) float64 { return math.Ceil(float64(d)/float64(time.Millisecond)) / 1000 }
