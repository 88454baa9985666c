package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// keepUnchanged keeps in the ledger whom the run saw unchanged, now that all of it
// is written: rejects of earlier runs are old news of them.
func (r *recall) keepUnchanged(ctx context.Context, run string) error {
	if r == nil {
		return nil
	}
	return r.ledger.KeepUnchanged(context.WithoutCancel(ctx), run, &r.unchanged)
}

// unchanged tells whom earlier runs saw so; nil without a ledger. Where that
// cannot be read it is said, and rejects count as superseded by what else is known
// alone.
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
