package main

import (
	"context"

	"go.uber.org/zap"

	"usersync/sync/engine"
	"usersync/sync/ledger"
)

// keepUnchanged keeps in the ledger whom the run saw unchanged, now that all of it
// is written: rejects of earlier runs are old news of them.
func (j *job) keepUnchanged(ctx context.Context, l engine.Ledger) error {
	r, has := l.(*recall)
	if !has {
		return nil
	}
	return r.ledger.KeepUnchanged(context.WithoutCancel(ctx), j.out.dir.ID(), &r.unchanged)
}

// unchanged tells whom earlier runs saw so; nil without a ledger. Where that
// cannot be read it is said, and rejects count as superseded by what else is known
// alone.
func (j *job) unchanged(ctx context.Context) func() []ledger.Unchanged {
	if j.past.Ledger == nil {
		return nil
	}
	return func() []ledger.Unchanged {
		all, err := j.past.Ledger.Unchanged(ctx)
		if err != nil {
			j.log.Warn("whom earlier runs saw unchanged is not known", zap.Error(err))
		}
		return all
	}
}
