package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// keepUnchanged tells the ledger which users the run saw unchanged, now that all of it
// is written: rejects of earlier runs are out of date for them.
func (r *recall) keepUnchanged(ctx context.Context, run string) error {
	if r == nil {
		return nil
	}
	return r.ledger.KeepUnchanged(context.WithoutCancel(ctx), run, &r.unchanged)
}

// unchanged returns which users earlier runs saw unchanged; nil without a ledger. If
// that cannot be read, the log says so, and only what else is known supersedes
// rejects.
func unchanged(ctx context.Context, l *ledger.Ledger, log Log) func() []ledger.Unchanged {
	if l == nil {
		return nil
	}
	return func() []ledger.Unchanged {
		all, err := l.Unchanged(ctx)
		if err != nil {
			log.Warn("whom earlier runs saw unchanged is not known", zap.Error(err))
		}
		return all
	}
}
