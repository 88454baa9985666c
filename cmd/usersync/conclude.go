package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	osuser "os/user"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/pace"
	"usersync/writer"
	"usersync/writer/report"
)

// conclude writes the summary, tells a person, and returns what went wrong.
func (j *job) conclude(err error) error {
	s := j.summary(err)
	j.found.outcomes, j.found.read, j.found.allowed = s.Outcomes, s.RecordsRead, j.config.Output.AllowRejects
	s.ExitCode = exitCode(err, *j.found)
	s.Next = j.next(err, s)
	if err == nil {
		j.advise(&s)
	}
	s.Finish(j.now())
	if missing := s.Unaccounted(); missing != 0 {
		err = errors.Join(err, fmt.Errorf("run %s: %d records lack an outcome", s.Run, missing))
		s.ExitCode = exitCode(err, *j.found)
	}
	err = errors.Join(err, j.out.writeSummary(s), j.out.endJournal(s, j.now()))
	if err == nil {
		return j.report(s)
	}
	shown := s
	shown.Reason, shown.Next = "", "" // the error's own lines say both
	err = errors.Join(err, j.report(shown))
	return &exit.Error{Err: err, Hint: j.because(err), Next: s.Next}
}

// because is the hint, with what the last call met where that is the matter.
func (j *job) because(err error) string {
	hint, last := hintOf(err), j.calls.Last()
	if call, ok := errors.AsType[*destination.CallError](err); ok && call.Fault == destination.Denied && guardOf(err) == "" {
		hint = deniedHint(j.config)
	}
	if last == "" || !errors.Is(err, pace.ErrGaveUp) {
		return hint
	}
	return "the last call met " + last + "; " + hint
}

// report tells how the run ended: to a person, or as data. That no person could
// read it changes nothing in how the run ended.
func (j *job) report(s report.Summary) error {
	if j.config.Log.Format == "json" {
		j.sayEnd(s)
	}
	if j.config.Output.JSON {
		return j.printSummary(s)
	}
	if j.config.Log.Format == "json" {
		return nil
	}
	if err := report.Print(j.stderr, s); err != nil {
		j.log.Warn("the report could not be shown", zap.Error(err))
	}
	return nil
}

// printSummary gives the summary to standard output, which may be full or gone.
func (j *job) printSummary(s report.Summary) error {
	err := report.WriteSummary(j.stdout, s)
	if err == nil {
		return nil
	}
	path := filepath.Join(j.out.dir.Path(), "summary.json")
	return &exit.Error{Err: fmt.Errorf("print the summary of run %s: %w", s.Run, err),
		Hint: "what became of the users is not touched by this: the summary stands in " + path, Next: "cat " + exit.Quote(path)}
}

// sayEnd is the report as a line of the log.
func (j *job) sayEnd(s report.Summary) {
	j.say.Info("run ended", zap.String("run", s.Run), zap.String("state", string(s.State)), zap.Int("exit_code", s.ExitCode),
		zap.Int("records_read", s.RecordsRead), zap.Any("outcomes", s.Outcomes), zap.Float64("seconds", s.Seconds),
		zap.Any("files", s.Files), zap.String("reason", s.Reason), zap.String("hint", s.Hint), zap.String("next", s.Next))
}

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
	s.Files, s.Retried = j.files(&s), j.retriedFacts(s.Outcomes)
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
