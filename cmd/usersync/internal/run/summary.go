package run

import (
	"os"
	osuser "os/user"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/reader/between"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/sync/pace"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// summary says what the run did; err is how it ended. The command adds exit code, hint
// and next command.
func (r *Run) summary(err error) report.Summary {
	b, files := exit.ReadBuild(), r.at.files
	s := report.Summary{
		Run: files.Run(), Ending: report.Ending{State: report.Stopped},
		Counts: report.Counts{
			RecordsRead: r.counts.Read - r.counts.Missing, SettledUpTo: r.counts.SettledUpTo, PerhapsTaken: r.counts.PerhapsTaken, Deletions: files.Counts().Deletions(r.Config.Target.Mode),
			Outcomes: writer.CountOutcomes(r.counts.Outcomes), Codes: files.Counts().Codes(preview.TopCodes),
			ErrorGroups: files.Counts().Causes(r.Conn.Scope.Destination, r.Conn.Causes),
		},
		Calls: callFacts(r.calls.Counts()), Pace: paceFacts(r.Conn.Pace.Report()), Activity: r.activity(), Times: report.Times{StartedAt: r.started},
		Scope: r.Conn.Scope, Inputs: r.inputs(files, r.counts.Finished),
		Configured: report.Configured{
			Config:   &report.Config{Path: r.Config.File, SHA256: r.Config.Digest(), MappingSHA256: r.Config.MappingDigest()},
			Settings: settingFacts(r.Config),
		},
		Program: report.Program{Version: b.Version, Commit: b.Commit},
		By:      startedBy(r.options.Args),
	}
	elsewhere := r.counts.Outcomes[user.Elsewhere]
	if elsewhere > 0 { // a shard counts its own records
		s.RecordsRead, s.SettledUpTo = s.RecordsRead-elsewhere, s.SettledUpTo-elsewhere
	}
	s.Files = files.Facts(r.counts.Written-elsewhere, s.Outcomes.Rejected())
	s.Plan = planInSummary(r.options.Plan)
	s.Guards = r.guards(&s, err)
	noted := r.checkpointer.Noted()
	s.Lookalikes = report.LookalikesOf(noted.LooksLike, files.Counts().HeldBack(), preview.CompareWindow(r.Config))
	s.RepeatedIDs, s.Doubtful = report.RepeatedOf(noted.Repeats), report.DoubtfulOf(noted.Fields)
	s.Parked = report.ParkedOf(files.Counts().Of(user.Refused, user.CodeParked), noted, r.nowParked)
	var skipped between.Skipped
	if !r.reading {
		skipped = r.Input.Skipped()
	}
	s.Retried = r.options.Retried.facts(&s, skipped)
	if skipped != (between.Skipped{}) {
		s.Skipped = &report.Skipped{Headers: skipped.Headers, Blank: skipped.Blank, Leading: skipped.Leading, BeforeHeader: skipped.Before,
			Dashes: skipped.Dashes, Comments: skipped.Comments, Footers: skipped.Footers, EndMarks: skipped.EndMarks, Sheets: skipped.Sheets,
			OtherGroups: skipped.OtherGroups, Settled: skipped.Settled}
	}
	if r.counts.Finished && err == nil {
		s.State = report.Finished
	}
	if err != nil {
		s.Reason = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return s
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
func (b *base) inputs(files *output.Files, finished bool) []report.Input {
	var all []report.Input
	for i, path := range b.Paths {
		if slices.Contains(b.Paths[:i], path) {
			continue // named twice: all its records are already counted
		}
		version, _ := b.Config.Places.Version(path)
		all = append(all, report.Input{Path: path, Version: version.ID, Format: writer.Format(b.Input.Layout().Format), Records: files.Counts().Records(nameOf(path))})
	}
	if len(b.Paths) == 1 && finished {
		all[0].SHA256, all[0].Bytes = b.Input.Digest()
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

// planInSummary is the plan in the form of the summary.
func planInSummary(p *plan.Plan) *report.Plan {
	if p == nil {
		return nil
	}
	return &report.Plan{Path: p.Path, SHA256: p.SHA256, Calls: p.Calls(), ApprovedBy: p.ApprovedBy}
}

// planInJournal is the plan in the form of the journal.
func planInJournal(p *plan.Plan) *journal.Plan {
	if p == nil {
		return nil
	}
	return &journal.Plan{Path: p.Path, SHA256: p.SHA256, ApprovedBy: p.ApprovedBy}
}
