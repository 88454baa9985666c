package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// recall is what the engine asks about the past; nil without a ledger.
func (r *Run) recall() *recall {
	if r.lease.Ledger == nil {
		return nil
	}
	return newRecall(r.lease.Ledger, r.Config.Ledger.Full, r.checkpointer.Marked, r.presence)
}

// keepUnchanged keeps in the ledger whom the run saw unchanged, now that all of it
// is written: rejects of earlier runs are old news of them.
func (r *Run) keepUnchanged(ctx context.Context, known *recall) error {
	if known == nil {
		return nil
	}
	return r.lease.Ledger.KeepUnchanged(context.WithoutCancel(ctx), r.at.files.dir.ID(), &known.unchanged)
}

// unchanged tells whom earlier runs saw so; nil without a ledger. Where that
// cannot be read it is said, and rejects count as superseded by what else is known
// alone.
func (r *Run) unchanged(ctx context.Context) func() []ledger.Unchanged {
	if r.lease.Ledger == nil {
		return nil
	}
	return func() []ledger.Unchanged {
		all, err := r.lease.Ledger.Unchanged(ctx)
		if err != nil {
			r.options.Log.Warn("whom earlier runs saw unchanged is not known", zap.Error(err))
		}
		return all
	}
}
