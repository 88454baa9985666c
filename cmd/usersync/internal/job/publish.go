package job

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/publish"
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

// conclude releases a run and then uploads what is to be published, if the settings ask for it; err is
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
	if err != nil {
		dir := filepath.Join(c.Output.RunsDir, s.summary.Run)
		err = &exit.Error{Err: fmt.Errorf("find the runs to publish: %w", err), Code: exit.Temporary, Hint: "the run has ended, and its files are in " + dir, Next: c.PublishCommand(dir)}
	}
	for _, p := range waiting {
		if p.URL != c.Output.Publish {
			s.terminal.Log.Warn("a run is not published: its files were to go elsewhere", zap.String("run", p.Run), zap.String("publish", p.URL),
				zap.String("next", c.PublishElsewhereCommand(p.URL, filepath.Join(c.Output.RunsDir, p.Run))))
			continue
		}
		if ctx.Err() != nil && p.Run != s.summary.Run {
			continue // the next run uploads it
		}
		_, failed := Upload(ctx, c, c.Output.RunsDir, p.Run)
		if failed == nil {
			s.terminal.Log.Info("published the files of the run", zap.String("run", p.Run), zap.String("publish", p.URL))
		} else if err = errors.Join(err, failed); isAway(ctx, failed) {
			break
		}
	}
	return err
}

// isAway reports whether other files cannot be uploaded now, either.
func isAway(ctx context.Context, err error) bool {
	_, is := place.KindOf(err)
	return is || ctx.Err() != nil
}
