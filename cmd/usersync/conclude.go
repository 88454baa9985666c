package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	osuser "os/user"
	"slices"
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
		Run: j.out.dir.ID(), State: report.Stopped,
		RecordsRead: j.counts.Read - j.counts.Absent, SettledUpTo: j.counts.SettledUpTo, Deletions: j.out.deletions.facts(j.config.Target.Mode),
		Outcomes: writer.CountOutcomes(j.counts.Outcomes), Codes: j.out.codes.Top(topCodes),
		Calls: callFacts(j.calls.Met()), Pace: paceFacts(j.conn.pace.Report()), StartedAt: j.started,
		Scope: j.conn.scope, Inputs: j.inputs(),
		Config:  &report.Config{Path: j.config.file, SHA256: j.config.digest(), MappingSHA256: j.config.mappingDigest()},
		Program: report.Program{Version: b.Version, Commit: b.Commit},
		By:      by(j.args),
	}
	s.Files, s.Retried = j.written(&s), j.retriedFacts(s.Outcomes)
	s.Plan = j.applied.summary()
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

// digest tells two configs apart. No secret is part of it.
func (c *config) digest() string {
	var b strings.Builder
	for _, v := range c.shown {
		fmt.Fprintf(&b, "%s=%s\n", v.key, v.text)
	}
	return sum([]byte(b.String() + c.mappingDigest()))
}

// planDigest tells whether two configs would do the same with an input: what
// only says how fast, or what is shown, does not count.
func (c *config) planDigest() string { return c.digestOf("mode", "adopt") }

// feedDigest tells whether two configs would make the same users of an input.
func (c *config) feedDigest() string { return c.digestOf() }

// decisive are the keys that decide about users, beside the API's own section.
var decisive = []string{"to", "feed", "on_absent", "results_format", "rejects_secrets", "format", "delimiter", "charset", "op_column", "trailer"}

func (c *config) digestOf(also ...string) string {
	var b strings.Builder
	for _, v := range c.shown {
		if slices.Contains(also, v.key) || slices.Contains(decisive, v.key) || strings.HasPrefix(v.key, c.Target.To+".") {
			fmt.Fprintf(&b, "%s=%s\n", v.key, v.text)
		}
	}
	return sum([]byte(b.String()))
}

func (c *config) mappingDigest() string {
	text, err := json.Marshal([]any{c.Input.Fields, c.Input.Ignore})
	if err != nil {
		return ""
	}
	return sum(text)
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
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
