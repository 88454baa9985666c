package main

import (
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/history"
)

// expire removes the directories of runs that are older than --artifacts-ttl. By
// then the run itself is over and told: what cannot be removed is said, and
// changes nothing in how it ended.
func (j *job) expire() {
	if j.config.Output.ArtifactsTTL == 0 {
		return
	}
	removed, err := history.Expire(j.config.Output.RunsDir, j.now().Add(-j.config.Output.ArtifactsTTL), j.out.dir.ID(), j.retried.Run)
	if err != nil {
		j.log.Warn("old runs could not all be removed", zap.Error(err))
	}
	if removed > 0 {
		j.log.Info("removed old runs", zap.Int("runs", removed), zap.String("from", j.config.Output.RunsDir))
	}
}
