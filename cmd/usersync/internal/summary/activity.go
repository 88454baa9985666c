package summary

import (
	"maps"
	"math"
	"time"

	"usersync/sync/destination"
	"usersync/sync/pace"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// Observed is what can be said of a run in progress. It is safe for concurrent use with the run.
type Observed struct {
	Run     string // its name
	Started time.Time
	// Written and Before count what earlier parts of the run have written.
	Written int
	Before  map[user.Status]int
	Pace    *pace.Pace
	Calls   *destination.Calls
	Stats   *telemetry.Stats
}

// SoFar returns the run's outcomes, calls and pace so far.
func (o *Observed) SoFar() report.Summary {
	outcomes := map[user.Status]int{}
	maps.Copy(outcomes, o.Before)
	for status, n := range o.Stats.Outcomes() {
		outcomes[status] += n
	}
	return report.Summary{
		Run: o.Run, Counts: report.Counts{Outcomes: writer.CountOutcomes(outcomes)}, Calls: callFacts(o.Calls.Counts()),
		Pace: paceFacts(o.Pace.Report()), Activity: o.activity(), Times: report.Times{StartedAt: o.Started},
	}
}

// activity says how this part of the run went.
func (o *Observed) activity() *report.Activity {
	a := &report.Activity{
		FirstRecord: o.Written + 1, Workers: o.Pace.MostWorkers(),
		Latency: map[string]report.Latency{}, Retries: o.Stats.Repeats(), Spent: spentFacts(o.Stats.Spent()), Timeline: timelineFacts(o.Stats.Timeline()),
	}
	for kind, h := range o.Stats.Latency() {
		a.Latency[kind] = latencyFacts(&h)
	}
	return a
}

func callFacts(met destination.CallCounts) map[string]report.Calls {
	facts := make(map[string]report.Calls, len(met))
	for kind, counts := range met {
		facts[kind] = report.Calls{Made: counts.Total(), Met: counts}
	}
	return facts
}

func paceFacts(r pace.Report) *report.Pace {
	p := &report.Pace{Ceiling: r.Ceiling, Lowest: r.Lowest, Calls: r.Calls, Throttled: r.Throttled, EventsLeftOut: r.Left}
	for _, e := range r.Events {
		p.Events = append(p.Events, report.PaceEvent{At: e.At.UTC(), What: e.What, Why: e.Why, Seconds: e.For.Seconds(), PerSecond: e.PerSecond})
	}
	return p
}

func latencyFacts(h *telemetry.Histogram) report.Latency {
	l := report.Latency{
		Calls: h.Count(), P50: report.Milliseconds(h.Quantile(0.5)), P90: report.Milliseconds(h.Quantile(0.9)), P99: report.Milliseconds(h.Quantile(0.99)),
		Max: report.Milliseconds(h.Max()), Sum: report.Milliseconds(h.Sum()),
	}
	for _, b := range h.Buckets() {
		l.Buckets = append(l.Buckets, report.Bucket{UpTo: report.Milliseconds(b.UpTo), Calls: b.Count})
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

// seconds are precise to the millisecond, rounded up, so that what took time is never nothing.
func seconds(d time.Duration) float64 { return math.Ceil(float64(d)/float64(time.Millisecond)) / 1000 }
