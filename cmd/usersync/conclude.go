package main

import (
	"os"
	osuser "os/user"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/pace"
	"usersync/writer"
	"usersync/writer/report"
)

func (j *job) summary(err error) report.Summary {
	b := exit.ReadBuild()
	s := report.Summary{
		Run: j.out.dir.ID(), Ending: report.Ending{State: report.Stopped},
		Counts: report.Counts{
			RecordsRead: j.counts.Read - j.counts.Absent, SettledUpTo: j.counts.SettledUpTo, Deletions: j.out.deletions.facts(j.config.Target.Mode),
			Outcomes: writer.CountOutcomes(j.counts.Outcomes), Codes: j.out.codes.Top(topCodes),
		},
		Calls: callFacts(j.calls.Met()), Pace: paceFacts(j.conn.Pace.Report()), Times: report.Times{StartedAt: j.started},
		Scope: j.conn.Scope, Inputs: j.inputs(),
		Config:  &report.Config{Path: j.config.File, SHA256: j.config.Digest(), MappingSHA256: j.config.MappingDigest()},
		Program: report.Program{Version: b.Version, Commit: b.Commit},
		By:      by(j.args),
	}
	s.Files, s.Retried = j.written(&s), j.retriedFacts(s.Outcomes)
	s.Plan = planInSummary(j.applied)
	if j.counts.Finished && err == nil {
		s.State = report.Finished
	}
	if err != nil {
		s.Reason = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return s
}

// topCodes is how many reasons of each outcome the summary names.
const topCodes = 10

func by(args []string) report.By {
	b := report.By{Arguments: args}
	if me, err := osuser.Current(); err == nil {
		b.User = me.Username
	}
	b.Host, _ = os.Hostname() // a fact that is not known is left out
	return b
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
