package job

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/afterwards"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/reports"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// finish adds to the summary what only the command knows, ends the run, reports it,
// and returns what went wrong.
func (p *Process) finish(c *config.Config, t *terminal.Terminal, r *run.Run, s *report.Summary, err error, found *advice.Result) error {
	end := afterwards.Ending{Config: c, Facts: r.Facts()}
	found.Outcomes, found.Parked, found.Read, found.Allowed = s.Outcomes, s.Parked.Settled(), s.RecordsRead, c.Output.AllowRejects
	s.ExitCode = advice.ExitCode(err, *found)
	s.Next = end.Next(err, *s)
	if err == nil {
		end.AddHints(s)
	} else {
		s.Hint = end.Hint(err)
	}
	s.Finish(p.Now())
	if missing := s.Unaccounted(); missing != 0 {
		err = errors.Join(err, fmt.Errorf("run %s: records and outcomes do not add up: the difference is %d", s.Run, missing))
		s.ExitCode = advice.ExitCode(err, *found)
	}
	s.Report = reports.Path(c.Output.RunsDir, s.Run)
	if closed := r.Close(s); closed != nil {
		if r.Shard().Lost(closed) != nil {
			return closed // the files are another process's by now
		}
		err = errors.Join(err, closed)
		s.ExitCode = advice.ExitCode(err, *found) // the report must not say that all is well
	}
	if end.Shard { // the run has a report when it is merged
		s.Report = ""
	} else if !writeReport(t, c.Output.RunsDir, *s) {
		s.Report = ""
	}
	if err == nil {
		return p.report(end, t, *s)
	}
	printed := *s
	if !c.Output.JSON {
		printed.Reason, printed.Hint, printed.Next = "", "", "" // printed with the error
	}
	if !c.Log.Quiet || c.Output.JSON || t.Log.Data != nil {
		err = errors.Join(err, p.report(end, t, printed))
	}
	return &exit.Error{Err: err, Hint: end.Hint(err), Next: s.Next}
}

// writeReport writes the report of a run that has just ended. A report that cannot be
// written is no reason for the run to fail: the summary has the same numbers. It reports
// whether it was written.
func writeReport(t *terminal.Terminal, runsDir string, s report.Summary) bool {
	err := reports.Write(runsDir, s)
	if err != nil {
		t.Log.Warn("cannot write the report; make room for it, and write it again", zap.Error(err), zap.String("next", exit.CommandLine("report", reports.Dir(runsDir, s.Run))))
	}
	return err == nil
}

// report says how the run ended, for a person or as data. A report for a person
// that cannot be printed does not change the exit code.
func (p *Process) report(end afterwards.Ending, t *terminal.Terminal, s report.Summary) error {
	if t.Log.Data != nil {
		logEnd(t.Log.Data, s)
	}
	if end.Config.Output.JSON {
		return p.printSummary(end.Dir, s)
	}
	if t.Log.Data != nil {
		return nil
	}
	if err := p.print(end.Config.Log.Quiet, s); err != nil {
		t.Log.Warn("cannot print the report", zap.Error(err))
	}
	return nil
}

// print writes the report for a person, who may have asked for quiet.
func (p *Process) print(quiet bool, s report.Summary) error {
	if quiet {
		return report.PrintShort(p.Stderr, s, terminal.Columns(p.Stderr))
	}
	if w := terminal.Colors(p.Stderr, p.Environment.Lookup); w != nil {
		return report.PrintColored(w, s)
	}
	return report.Print(p.Stderr, s)
}

// printSummary writes the summary to standard output, which may be full or closed.
func (p *Process) printSummary(dir string, s report.Summary) error {
	err := report.WriteSummary(p.Stdout, s)
	if err == nil {
		return nil
	}
	path := filepath.Join(dir, rundir.SummaryName)
	return &exit.Error{Err: fmt.Errorf("print the summary of run %s: %w", s.Run, err),
		Hint: "the users are not affected: the summary is in " + path, Next: "cat " + exit.Quote(path)}
}

// logEnd writes the report as a log line.
func logEnd(log *zap.Logger, s report.Summary) {
	facts := []zap.Field{zap.String("run", s.Run), zap.String("state", string(s.State)), zap.Int("exit_code", s.ExitCode),
		zap.Int("records_read", s.RecordsRead), zap.Any("outcomes", s.Outcomes), zap.Float64("seconds", s.Seconds),
		zap.Any("files", s.Files), zap.String("reason", s.Reason), zap.String("hint", s.Hint), zap.String("next", s.Next)}
	if s.Lookalikes != nil {
		facts = append(facts, zap.Any("lookalikes", s.Lookalikes))
	}
	if s.RepeatedIDs != nil {
		facts = append(facts, zap.Any("repeated_ids", s.RepeatedIDs))
	}
	if s.Doubtful != nil {
		facts = append(facts, zap.Any("doubtful_values", s.Doubtful))
	}
	if s.ErrorGroups != nil {
		facts = append(facts, zap.Any("error_groups", s.ErrorGroups.Largest(report.GroupsShown)))
	}
	if s.Parked != nil {
		facts = append(facts, zap.Any("parked", s.Parked))
	}
	log.Info("run ended", facts...)
}
