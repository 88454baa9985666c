package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// keepUnchanged tells the ledger which users the run found unchanged, after everything
// is written: earlier rejects of these users are out of date.
func (r *ledgerView) keepUnchanged(ctx context.Context, run string) error {
	if r == nil {
		return nil
	}
	return r.ledger.Runs().KeepUnchanged(context.WithoutCancel(ctx), run, &r.unchanged)
}

// unchanged returns a function that reads which users earlier runs found unchanged; nil
// without a ledger. A read error is only logged: then fewer rejects count as superseded.
func unchanged(ctx context.Context, l *ledger.Ledger, log Log) func() []ledger.Unchanged {
	if l == nil {
		return nil
	}
	return func() []ledger.Unchanged {
		all, err := l.Runs().Unchanged(ctx)
		if err != nil {
			log.Warn("cannot read which users earlier runs found unchanged", zap.Error(err))
		}
		return all
	}
}
