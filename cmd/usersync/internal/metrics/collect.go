package metrics

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"usersync/sync/user"
	"usersync/writer/codes"
	"usersync/writer/report"
)

func (o output) run(r *Run) {
	o.vector("build_info", "Version of usersync; always 1.", "version", r.Version, 1)
	success := r.LastSuccess
	if r.Succeeded() {
		success = r.At
	}
	o.time(strings.TrimPrefix(lastSuccess, namespace), "When a run of this job last ended with exit code 0.", success)
	if !r.Ended {
		o.gauge("run_in_progress", "Whether the run is in progress.", 1)
		return
	}
	o.gauge("run_in_progress", "Whether the run is in progress.", 0)
	o.gauge("run_exit_code", "Exit code of the last run; see usersync help exit-codes.", float64(r.ExitCode))
	o.time("run_end_timestamp_seconds", "When the last run ended.", r.At)
}

func (o output) summary(s *report.Summary) {
	o.time("run_start_timestamp_seconds", "When the run began.", s.StartedAt)
	if !s.FinishedAt.IsZero() {
		o.gauge("run_duration_seconds", "How long the last run took.", s.FinishedAt.Sub(s.StartedAt).Seconds())
		o.gauge("run_records_read", "Records read from the input.", float64(s.RecordsRead))
	}
	for _, status := range user.Statuses {
		o.vector("run_outcomes", "Records by outcome.", "outcome", string(status), float64(s.Outcomes.Count(status)))
	}
	o.gauge("run_parked", "Of the invalid and refused: parked users, and invalid rows that earlier runs have met as well.", float64(s.Parked.Settled()))
	o.calls(s.Calls)
	if s.Pace != nil {
		o.gauge("run_rate_limit_calls_per_second", "Calls that may start each second at most; 0 is no limit.", s.Pace.Ceiling)
		o.gauge("run_throttled_calls", "Calls that the API answered with 429.", float64(s.Pace.Throttled))
	}
	if s.Activity != nil {
		o.activity(s.Activity)
	}
}

func (o output) calls(byKind map[string]report.Calls) {
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		met := map[string]int{}
		for result, n := range byKind[kind].Met {
			met[codes.Label(result)] += n // an API can make up codes without end
		}
		for _, result := range slices.Sorted(maps.Keys(met)) {
			o.vector("run_calls", "Calls to the API by kind and result, such as ok, http_503 or timeout.", "kind,result", kind+","+result, float64(met[result]))
		}
	}
}

func (o output) activity(a *report.Activity) {
	for _, kind := range slices.Sorted(maps.Keys(a.Latency)) {
		l := a.Latency[kind]
		o.to <- prometheus.MustNewConstHistogram(
			o.describe("run_call_duration_seconds", "How long calls took, from their turn to the end of the answer.", "kind"),
			uint64(l.Calls), l.Sum/1000, cumulative(l.Buckets), kind)
		o.vector("run_retried_calls", "Calls that repeated an attempt, or carried a part of a refused batch.", "kind", kind, float64(a.Retries[kind]))
	}
	for _, spent := range []struct {
		on      string
		seconds float64
	}{
		{"slot", a.Spent.Slot}, {"rate", a.Spent.Rate}, {"slowed", a.Spent.Slowed}, {"paused", a.Spent.Paused}, {"down", a.Spent.Down},
		{"backoff", a.Spent.Backoff}, {"answered", a.Spent.Answered}, {"failed", a.Spent.Failed},
		{"journal", a.Spent.Journal}, {"ledger", a.Spent.Ledger}, {"results", a.Spent.Results},
	} {
		o.vector("run_spent_seconds", "Seconds of all workers by what they were spent on, such as waiting for the rate.", "on", spent.on, spent.seconds)
	}
	if n := len(a.Timeline.Points); n > 0 {
		o.gauge("run_rate_calls_per_second", "Calls that might start each second, most recently; 0 is no limit.", a.Timeline.Points[n-1].PerSecond)
	}
}

// bounds are the buckets of durations, in seconds.
var bounds = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}

// cumulative counts the calls up to each bound. A call counts under the upper bound of its
// own, finer bucket, so that it is never counted as faster than it was.
func cumulative(fine []report.Bucket) map[float64]uint64 {
	counts := make(map[float64]uint64, len(bounds))
	for _, le := range bounds {
		counts[le] = 0
		for _, b := range fine {
			if b.UpTo > 0 && b.UpTo/1000 <= le {
				counts[le] += uint64(b.Calls)
			}
		}
	}
	return counts
}

// timeOf returns a metric's value as a time.
func timeOf(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)).UTC() }
