package job

import (
	"context"
	"errors"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/publish"
	"usersync/reader/place"
	"usersync/writer/report"
)

// Upload uploads the files of a finished run. An error is an *exit.Error with the next command: the
// files are still there.
func Upload(ctx context.Context, c *config.Config, runsDir, run string) (int, error) {
	n, err := publish.Run(ctx, c.Places, c.Output.Publish, runsDir, run)
	if err == nil {
		return n, nil
	}
	dir := filepath.Join(runsDir, run)
	hint := "the run is finished, and its files are in " + dir
	if e, ok := errors.AsType[*place.Error](err); ok && e.Hint != "" {
		hint = e.Hint + "; " + hint
	}
	return n, &exit.Error{Err: err, Code: exit.Temporary, Hint: hint, Next: c.PublishCommand(dir)}
}

// conclude releases a run and then uploads its files, if it is finished and the settings ask for
// it; err is how the run ended. The account is free while the files are on their way.
func (s *sender) conclude(ctx context.Context, err error) error {
	err = errors.Join(err, s.release())
	c := s.config
	if c.Output.Publish == "" || s.summary == nil || s.summary.State != report.Finished {
		return err
	}
	_, failed := Upload(ctx, c, c.Output.RunsDir, s.summary.Run)
	if failed == nil {
		s.terminal.Log.Info("published the files of the run", zap.String("run", s.summary.Run), zap.String("publish", c.Output.Publish))
	}
	return errors.Join(err, failed)
}
