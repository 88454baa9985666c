// Package summary says what a run has done, in the form of its summary: from the counts, the
// files and what was observed of the calls.
//
// It decides nothing and writes no file. Start at Run, and at Observed for a run in progress.
package summary

import (
	"os"
	osuser "os/user"
	"slices"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/retry"
	"usersync/reader/between"
	"usersync/sync/engine"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// Run is a run that has ended or was stopped.
type Run struct {
	Observed
	*preview.Setup
	Now       time.Time
	Args      []string // of the process
	Files     *output.Files
	Counts    engine.Summary
	Noted     user.Noted
	NowParked int // users that it has sent and the next runs will not send
	Measured  Measured
	Plan      *plan.Plan    // that it applies, or nil
	Retried   *retry.Source // whose rejects it sends
}

// Summary says what the run did; err is how it ended. The command adds exit code, hint
// and next command.
func (r *Run) Summary(err error) report.Summary {
	b, files := exit.ReadBuild(), r.Files
	s := r.SoFar()
	s.State = report.Stopped
	s.Counts = r.counts()
	s.Scope, s.Inputs = r.Conn.Scope, r.inputs()
	s.Configured = report.Configured{
		Config:   &report.Config{Path: r.Config.File, SHA256: r.Config.Digest(), MappingSHA256: r.Config.MappingDigest()},
		Settings: settingFacts(r.Config),
	}
	s.Program, s.By = report.Program{Version: b.Version, Commit: b.Commit}, startedBy(r.Args)
	elsewhere := r.Counts.Outcomes[user.Elsewhere]
	if elsewhere > 0 { // a shard counts its own records
		s.RecordsRead, s.SettledUpTo = s.RecordsRead-elsewhere, s.SettledUpTo-elsewhere
	}
	s.Files = files.Facts(r.Counts.Written-elsewhere, s.Outcomes.Rejected())
	s.Plan = planInSummary(r.Plan)
	s.Guards = r.guards(&s, err)
	s.Lookalikes = report.LookalikesOf(r.Noted.LooksLike, files.Counts().HeldBack(), preview.CompareWindow(r.Config))
	s.RepeatedIDs, s.Doubtful = report.RepeatedOf(r.Noted.Repeats), report.DoubtfulOf(r.Noted.Fields)
	s.Parked = report.ParkedOf(files.Counts().Of(user.Refused, user.CodeParked), r.Noted, r.NowParked)
	r.addSkipped(&s)
	if r.Counts.Finished && err == nil {
		s.State = report.Finished
	}
	if err != nil {
		s.Reason = strings.ReplaceAll(exit.Text(err), "\n", "; ")
	}
	return s
}

func (r *Run) counts() report.Counts {
	of := r.Files.Counts()
	return report.Counts{
		RecordsRead: r.Counts.Read - r.Counts.Missing, SettledUpTo: r.Counts.SettledUpTo, PerhapsTaken: r.Counts.PerhapsTaken, Deletions: of.Deletions(r.Config.Target.Mode),
		Outcomes: writer.CountOutcomes(r.Counts.Outcomes), Codes: of.Codes(preview.TopCodes), ErrorGroups: of.Causes(r.Conn.Scope.Destination, r.Conn.Causes),
	}
}

// addSkipped adds what of the input is no record that was sent: lines, and rejects of other groups.
func (r *Run) addSkipped(s *report.Summary) {
	var skipped between.Skipped
	if !r.Counts.Reading {
		skipped = r.Input.Skipped()
	}
	s.Retried = r.Retried.Facts(s, skipped)
	if skipped != (between.Skipped{}) {
		s.Skipped = &report.Skipped{Headers: skipped.Headers, Blank: skipped.Blank, Leading: skipped.Leading, BeforeHeader: skipped.Before,
			Dashes: skipped.Dashes, Comments: skipped.Comments, Footers: skipped.Footers, EndMarks: skipped.EndMarks, Sheets: skipped.Sheets,
			OtherGroups: skipped.OtherGroups, Settled: skipped.Settled}
	}
}

func startedBy(args []string) report.By {
	b := report.By{Arguments: args}
	if me, err := osuser.Current(); err == nil {
		b.User = me.Username
	}
	b.Host, _ = os.Hostname() // left out if unknown
	return b
}

// inputs lists the input files. The digest is of the whole input, and known only after
// it was read to its end.
func (r *Run) inputs() []report.Input {
	var all []report.Input
	for i, path := range r.Paths {
		if slices.Contains(r.Paths[:i], path) {
			continue // named twice: all its records are already counted
		}
		version, _ := r.Config.Places.Version(path)
		all = append(all, report.Input{Path: path, Version: version.ID, Format: writer.Format(r.Input.Layout().Format), Records: r.Files.Counts().Records(nameOf(path))})
	}
	if len(r.Paths) == 1 && r.Counts.Finished {
		all[0].SHA256, all[0].Bytes = r.Input.Digest()
	}
	return all
}

// nameOf is the name of the file in records.
func nameOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	return path
}

// planInSummary is the plan in the form of the summary.
func planInSummary(p *plan.Plan) *report.Plan {
	if p == nil {
		return nil
	}
	return &report.Plan{Path: p.Path, SHA256: p.SHA256, Calls: p.Calls(), ApprovedBy: p.ApprovedBy}
}

// settingFacts are the settings that matter, masked.
func settingFacts(c *config.Config) (facts []report.Setting) {
	for _, one := range c.Relevant() {
		facts = append(facts, report.Setting{Key: one.Key, Value: one.Text, From: one.Source})
	}
	return facts
}
