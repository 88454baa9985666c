package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/reader"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/user"
	"usersync/writer"
)

// mirrorRules are the rules for deletions, as far as they are known before the
// input is read.
func mirrorRules(c *config.Config, protected map[string]struct{}) mirror.Rules {
	return mirror.Rules{
		Feed: c.Ledger.Feed, Protected: protected, MaxDelete: c.Guards.MaxDelete,
		Settings: feedRules(c, ""), AcceptChange: c.Guards.AcceptChange,
	}
}

// unproved names a file of which nothing proves that it is whole; empty if there
// is none, or nobody asks for a proof. The input must have been read to its end.
func unproved(c *config.Config, in *reader.Input) string {
	if c.Proof.TrustEOF {
		return ""
	}
	for _, p := range in.Proofs() {
		if p.By == reader.Unproved {
			return p.File
		}
	}
	return ""
}

// feedRules are the settings by which a run sends the feed.
func feedRules(c *config.Config, run string) ledger.Rules {
	return ledger.Rules{Run: run, Config: c.FeedDigest(), Mapping: c.MappingDigest()}
}

// keepRules notes these settings, once the feed was sent whole.
func (j *job) keepRules(ctx context.Context) error {
	whole := j.config.Target.Mode == config.Mirror || j.config.Target.Mode == user.Upsert
	if j.past.Ledger == nil || !whole || j.retried.Run != "" || j.checkpointer.FedAgain() || j.config.Target.Sandbox {
		return nil
	}
	return j.past.Ledger.KeepRules(context.WithoutCancel(ctx), feedRules(j.config, j.out.dir.ID()))
}

// missing yields the deletions of a mirror: they are found when all else is
// written. Where a rule forbids them, it lists the users missing.
func (j *job) missing(ctx context.Context) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		rules := mirrorRules(j.config, j.protected)
		rules.Last, rules.Invalid, rules.After = j.checkpointer.Last(), j.checkpointer.Count(user.Invalid), j.lastAbsent
		rules.Unproved = unproved(j.config, j.input)
		rules.FedAgain = func(missing int) {
			j.log.always("nobody is deleted: the input is rejects of an earlier run, which cannot say who is gone", zap.Int("absent", missing))
		}
		for part, err := range mirror.Missing(ctx, j.past.Ledger, j.presence, rules) {
			if !yield(part, j.withList(ctx, rules, err)) {
				return
			}
		}
	}
}

// withList writes the list of the users missing where err says that a guard keeps
// them, and adds to its hint where the list lies.
func (j *job) withList(ctx context.Context, rules mirror.Rules, err error) error {
	tripped, ok := errors.AsType[*guard.Error](err)
	if !ok {
		return err
	}
	path, bad := j.listAbsent(ctx, rules)
	tripped.Hint = "who they are stands in " + path + "; " + tripped.Hint + "; resume takes these flags too"
	return errors.Join(tripped, bad)
}

// listAbsent writes who would have been deleted.
func (j *job) listAbsent(ctx context.Context, rules mirror.Rules) (path string, err error) {
	list, err := j.out.dir.Replace("absent.csv")
	if err != nil {
		return "absent.csv", err
	}
	lines := csv.NewWriter(list)
	err = lines.Write([]string{"id", "remote_id"})
	for row, bad := range mirror.Rows(ctx, j.past.Ledger, j.presence, rules) {
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
