package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/ledger"
)

// Expire removes the directories of runs that are older than --artifacts-ttl and that no one
// needs. The run itself has already ended and was reported, so a directory that cannot be
// removed is only logged.
func (r *Run) Expire(ctx context.Context) {
	if r.Config.Output.ArtifactsTTL == 0 {
		return
	}
	ttl := r.Config.Output.ArtifactsTTL
	x := history.Expiry{Before: r.options.Now().Add(-ttl), Age: ttl, Keep: []string{r.at.files.Run(), r.options.Retried.Run}, Ledger: r.Config.LedgerName()}
	if l := r.lease.Ledger; l != nil {
		x.Needed = func() (ledger.Needed, error) { return l.Runs().Needed(ctx) }
	}
	removed, err := history.Expire(r.Config.Output.RunsDir, x)
	if err != nil {
		r.options.Log.Warn("some old runs could not be removed", zap.Error(err))
	}
	if removed > 0 {
		r.options.Log.Info("removed old runs", zap.Int("runs", removed), zap.String("from", r.Config.Output.RunsDir))
	}
}
