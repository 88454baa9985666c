package view

import (
	"context"
	"iter"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// lookedUpAtOnce is how many ids are looked up at a time.
const lookedUpAtOnce = 1000

// Restore adds users that an earlier part of the run found unchanged: only its results
// say so, because the ledger is not told about such users.
func (v *Ledger) Restore(ctx context.Context, found iter.Seq2[string, error]) error {
	if v == nil {
		return nil
	}
	var ids []string
	for id, err := range found {
		if err != nil {
			return err
		}
		if ids = append(ids, id); len(ids) < lookedUpAtOnce {
			continue
		}
		if err := v.addUnchanged(ctx, ids); err != nil {
			return err
		}
		ids = ids[:0]
	}
	return v.addUnchanged(ctx, ids)
}

func (v *Ledger) addUnchanged(ctx context.Context, ids []string) error {
	known, err := v.ledger.Lookup(ctx, ids)
	for i := range known {
		v.unchanged.Add(known[i].Row)
	}
	return err
}

// KeepUnchanged tells the ledger which users the run found unchanged, after everything
// is written: earlier rejects of these users are out of date.
func (v *Ledger) KeepUnchanged(ctx context.Context) error {
	if v == nil {
		return nil
	}
	return v.ledger.Runs().KeepUnchanged(context.WithoutCancel(ctx), v.run, &v.unchanged)
}

// Unchanged returns a function that reads which users earlier runs found unchanged; nil
// without a ledger. A read error is only logged: then fewer rejects count as superseded.
func Unchanged(ctx context.Context, l *ledger.Ledger, log *zap.Logger) func() []ledger.Unchanged {
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
