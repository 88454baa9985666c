package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/publish"
	"usersync/cmd/usersync/internal/reports"
	"usersync/reader/place"
)

// Upload uploads the files of a finished run. An error is an *exit.Error with the next command: the
// files are still there.
func Upload(ctx context.Context, c *config.Config, runsDir, run string) (int, error) {
	n, err := publish.Run(ctx, c.Places, c.Output.Publish, runsDir, run)
	if err == nil {
		return n, nil
	}
	dir := filepath.Join(runsDir, run)
	hint := "the run is finished, and its files are in " + dir + "; the next run that publishes there uploads them, too"
	if e, ok := errors.AsType[*place.Error](err); ok && e.Hint != "" {
		hint = e.Hint + "; " + hint
	}
	return n, &exit.Error{Err: err, Code: exit.Temporary, Hint: hint, Next: c.PublishCommand(dir)}
}

// uploadMerged uploads the files of a run that its shards made. Its report belongs to them, and this
// comes before the run has ended; an earlier one may tell of an upload that failed.
func (s *sender) uploadMerged(ctx context.Context, runsDir, run string) error {
	s.rewriteReport(runsDir, run)
	_, err := Upload(ctx, s.config, runsDir, run)
	return err
}

// rewriteReport writes the report of a run that has a summary.
func (s *sender) rewriteReport(runsDir, run string) {
	if of, err := reports.Summary(runsDir, run); err == nil { // otherwise the upload says what is wrong
		writeReport(s.terminal, runsDir, of)
	}
}

// conclude releases a run and then uploads what is to be published at the place of the settings; err is
// how the run ended. The account is free while the files are on their way.
func (s *sender) conclude(ctx context.Context, err error) error {
	err = errors.Join(err, s.release())
	_, tried := errors.AsType[*publish.Error](err) // by the merge of a run
	if s.summary == nil || tried {
		return err
	}
	return errors.Join(err, s.uploadWaiting(ctx))
}

// uploadWaiting uploads the runs that are to be published at the place that the settings name, the
// oldest first: this run, and others whose upload has failed, or whose process was killed before it.
func (s *sender) uploadWaiting(ctx context.Context) error {
	c := s.config
	waiting, err := publish.Waiting(c.Output.RunsDir)
	if err != nil && c.Output.Publish == "" {
		s.terminal.Log.Warn("runs that are to be published may not have been found", zap.Error(err))
		err = nil
	} else if err != nil {
		dir := filepath.Join(c.Output.RunsDir, s.summary.Run)
		err = &exit.Error{Err: fmt.Errorf("find the runs to publish: %w", err), Code: exit.Temporary, Hint: "the run has ended, and its files are in " + dir, Next: c.PublishCommand(dir)}
	}
	for _, p := range waiting {
		if p.Run != s.summary.Run && isInProgress(c.Output.RunsDir, p.Run) {
			continue // its own process uploads it
		}
		if p.URL != c.Output.Publish {
			s.terminal.Log.Warn("a run is not published: its files were to go elsewhere", zap.String("run", p.Run), zap.String("publish", p.URL),
				zap.String("next", c.PublishElsewhereCommand(p.URL, filepath.Join(c.Output.RunsDir, p.Run))))
			continue
		}
		if p.Run != s.summary.Run && ctx.Err() != nil {
			continue // the next run uploads it
		}
		if failed := s.uploadOne(ctx, p); failed != nil {
			if err = errors.Join(err, failed); isAway(ctx, failed) {
				break
			}
		}
	}
	return err
}

func (s *sender) uploadOne(ctx context.Context, p publish.Pending) error {
	dir := s.config.Output.RunsDir
	if _, err := os.Lstat(reports.Path(dir, p.Run)); errors.Is(err, fs.ErrNotExist) {
		s.rewriteReport(dir, p.Run) // the process was killed before that
	}
	_, err := Upload(ctx, s.config, dir, p.Run)
	if err == nil {
		s.terminal.Log.Info("published the files of the run", zap.String("run", p.Run), zap.String("publish", p.URL))
	}
	return err
}

// isInProgress reports whether a process still works on a run that has its summary: on its report.
func isInProgress(runsDir, run string) bool {
	r, err := history.Read(runsDir, run)
	return err == nil && r.Running
}

// isAway reports whether other files cannot be uploaded now, either.
func isAway(ctx context.Context, err error) bool {
	_, is := place.KindOf(err)
	return is || ctx.Err() != nil
}
