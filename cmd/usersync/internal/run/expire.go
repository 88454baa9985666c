package run

import (
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/history"
)

// Expire removes the directories of runs that are older than --artifacts-ttl. The run
// itself has already ended and was reported, so a directory that cannot be removed is
// only logged.
func (r *Run) Expire() {
	if r.Config.Output.ArtifactsTTL == 0 {
		return
	}
	before := r.options.Now().Add(-r.Config.Output.ArtifactsTTL)
	removed, err := history.Expire(r.Config.Output.RunsDir, before, r.at.files.Run(), r.options.Retried.Run)
	if err != nil {
		r.options.Log.Warn("some old runs could not be removed", zap.Error(err))
	}
	if removed > 0 {
		r.options.Log.Info("removed old runs", zap.Int("runs", removed), zap.String("from", r.Config.Output.RunsDir))
	}
}
