package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/history"
)

const day = 24 * time.Hour

// parseDays reads a time of a day or more, in days or as a duration: what is
// younger may still be looked at, or written.
func parseDays(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * day
		if n > 36500 {
			err = strconv.ErrRange
		}
	}
	if err != nil || d < day {
		return 0, errors.New("must be a day or more, such as 90d or 36h")
	}
	return d, nil
}

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
