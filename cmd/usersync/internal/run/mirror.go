package run

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/guard"
	"usersync/sync/mirror"
	"usersync/sync/user"
	"usersync/writer"
)

// keepRules records the settings in the ledger, after the whole feed was sent.
func (r *Run) keepRules(ctx context.Context) error {
	complete := r.Config.Target.Mode == config.Mirror || r.Config.Target.Mode == user.Upsert
	if r.lease.Ledger == nil || !complete || r.options.Retried.Run != "" || r.checkpointer.HasRejects() || r.Config.Target.Sandbox {
		return nil
	}
	return r.lease.Ledger.KeepRules(context.WithoutCancel(ctx), r.FeedRules(r.at.files.dir.ID()))
}

// missing yields the deletions of a mirror, after all records are written. If a rule
// forbids them, it lists the missing users.
func (r *Run) missing(ctx context.Context) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		if err := r.Input.Unchanged(); err != nil {
			yield(nil, err)
			return
		}
		rules := r.Rules(r.protected)
		rules.Last, rules.Invalid, rules.After = r.checkpointer.Last(), r.checkpointer.Count(user.Invalid), r.at.before.lastDeleted
		rules.OnRejects = func(missing int) {
			r.options.Log.Always("no users are deleted: the input is rejects of an earlier run, which cannot show who is missing", zap.Int("absent", missing))
		}
		for part, err := range mirror.Missing(ctx, r.lease.Ledger, r.presence, rules) {
			if !yield(part, r.withList(ctx, rules, err)) {
				return
			}
		}
	}
}

// withList writes the list of the missing users if err is the error of a guard, and adds
// the path of the list to the hint.
func (r *Run) withList(ctx context.Context, rules mirror.Rules, err error) error {
	tripped, ok := errors.AsType[*guard.Error](err)
	if !ok {
		return err
	}
	path, bad := r.listAbsent(ctx, rules)
	tripped.Hint = path + " lists them; " + tripped.Hint + "; resume takes these flags too"
	return errors.Join(tripped, bad)
}

// listAbsent writes the list of users that would have been deleted.
func (r *Run) listAbsent(ctx context.Context, rules mirror.Rules) (path string, err error) {
	list, err := r.at.files.dir.Replace("absent.csv")
	if err != nil {
		return "absent.csv", err
	}
	lines := csv.NewWriter(list)
	err = lines.Write([]string{"id", "remote_id"})
	for row, bad := range mirror.Rows(ctx, r.lease.Ledger, r.presence, rules) {
		if err = errors.Join(err, bad); err != nil {
			break
		}
		err = lines.Write([]string{writer.QuoteCell(row.ID), writer.QuoteCell(row.Remote)})
	}
	lines.Flush()
	if err = cmp.Or(err, lines.Error()); err != nil {
		return list.Path(), errors.Join(err, list.Close())
	}
	err = list.Commit()
	return list.Path(), err
}
