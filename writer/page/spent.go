package page

import (
	"maps"
	"slices"
	"time"

	"usersync/writer/report"
)

// latency is how long calls of a kind took.
type latency struct {
	Kind string
	report.Latency
	Bars  []bar
	Width int
}

// latencies are those of each kind, with a picture of its buckets.
func latencies(a *report.Activity) (all []latency) {
	for _, kind := range slices.Sorted(maps.Keys(a.Latency)) {
		l := latency{Kind: kind, Latency: a.Latency[kind], Width: len(a.Latency[kind].Buckets)}
		most := 0
		for _, b := range l.Buckets {
			most = max(most, b.Calls)
		}
		for i, b := range l.Buckets {
			l.Bars = append(l.Bars, column(i, 0, float64(b.Calls), float64(most), "call", report.Count(b.Calls, "call")+" below "+milliseconds(b.UpTo)))
		}
		all = append(all, l)
	}
	return all
}

// spending is what the time of a run was spent on.
type spending struct {
	Workers int
	Took    time.Duration
	Parts   []part
	Aside   []part // what was done next to the workers
	First   int    // record that it begins with; 0 if it covers the whole run
}

// part is time that was spent on one thing.
type part struct {
	Class, Name, Text string
	Seconds           float64
	Share             float64
	Width             float64 // of its bar, in percent
}

func newSpending(s *report.Summary) *spending {
	a := s.Activity
	p := &spending{Workers: a.Workers, Took: s.FinishedAt.Sub(a.Timeline.StartedAt)}
	if a.FirstRecord > 1 {
		p.First = a.FirstRecord
	}
	used := 0.0
	for _, one := range ofWorkers(a.Spent) {
		if one.Seconds > 0 {
			p.Parts = append(p.Parts, one)
			used += one.Seconds
		}
	}
	all := max(used, float64(a.Workers)*p.Took.Seconds())
	if idle := all - used; idle > 0 {
		p.Parts = append(p.Parts, part{Class: "idle", Name: "Nothing to send", Text: "waiting for the next records: reading, looking up, or all unchanged; or before so many workers were needed", Seconds: idle})
	}
	for i := range p.Parts {
		p.Parts[i].Share = share(p.Parts[i].Seconds, all)
		p.Parts[i].Width = round(100 * p.Parts[i].Share)
	}
	for _, one := range []part{
		{Name: "Results, ledger and checkpoints", Text: "writing results, the ledger and checkpoints", Seconds: a.Spent.Results},
		{Name: "Ledger", Text: "looking up records in the ledger", Seconds: a.Spent.Ledger},
	} {
		if one.Seconds > 0 {
			p.Aside = append(p.Aside, one)
		}
	}
	return p
}

// ofWorkers is what workers spent their time on. Waiting for one of the calls in flight to
// end is left out: that call waits for something of this list, and counts here.
func ofWorkers(s report.Spent) []part {
	return []part{
		{Class: "answered", Name: "Calls that succeeded", Text: "the API working on them, and the network", Seconds: s.Answered},
		{Class: "failure", Name: "Calls that failed", Text: "errors, timeouts and lost connections", Seconds: s.Failed},
		{Class: "rate", Name: "Rate limit", Text: "waiting for --rate at its ceiling", Seconds: s.Rate},
		{Class: "slowed", Name: "Lowered rate", Text: "waiting for a rate that the API had lowered, such as by 429", Seconds: s.Slowed},
		{Class: "paused", Name: "Pauses", Text: "the API asked to wait, such as by Retry-After", Seconds: s.Paused},
		{Class: "down", Name: "API down", Text: "no call got through; single probes went out", Seconds: s.Down},
		{Class: "backoff", Name: "Between attempts", Text: "waiting before a call was repeated", Seconds: s.Backoff},
		{Class: "journal", Name: "Journal", Text: "storing what is about to be sent, and what came back", Seconds: s.Journal},
	}
}

// Bars are the parts side by side.
func (p *spending) Bars() (bars []bar) {
	x := 0.0
	for _, one := range p.Parts {
		bars = append(bars, bar{X: round(x), W: one.Width, H: height, Class: one.Class, Title: one.Name + ": " + percent(one.Share)})
		x += one.Width
	}
	return bars
}
