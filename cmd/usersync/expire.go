package main

import (
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
)

// expire removes the directories of runs that are older than --artifacts-ttl. By
// then the run itself is over and told: what cannot be removed is said, and
// changes nothing in how it ended.
func (e *env) expire(c *config.Config, t *terminal, keep ...string) {
	if c.Output.ArtifactsTTL == 0 {
		return
	}
	removed, err := history.Expire(c.Output.RunsDir, e.now().Add(-c.Output.ArtifactsTTL), keep...)
	if err != nil {
		t.log.Warn("old runs could not all be removed", zap.Error(err))
	}
	if removed > 0 {
		t.log.Info("removed old runs", zap.Int("runs", removed), zap.String("from", c.Output.RunsDir))
	}
}
