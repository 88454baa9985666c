package run

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/summary"
	"usersync/sync/checkpoint"
	"usersync/sync/guard"
	"usersync/sync/ledger"
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
	return r.lease.Ledger.KeepRules(context.WithoutCancel(ctx), r.FeedRules(r.at.files.Run()))
}

// missing are the users of a mirror's feed that are missing from its input.
type missing struct {
	*base
	at           *start
	ledger       *ledger.Ledger
	presence     *mirror.Presence
	checkpointer *checkpoint.Checkpointer
	measured     *summary.Measured
	invalid      int // records that other shards of the run have found invalid
}

// deletions yields the deletions of a mirror, after all records are written. If a rule
// forbids them, it lists the missing users.
func (m missing) deletions(ctx context.Context) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		if err := m.Input.Unchanged(); err != nil {
			yield(nil, err)
			return
		}
		rules := m.rules()
		for part, err := range mirror.Missing(ctx, m.ledger, m.presence, rules) {
			if !yield(part, m.withList(ctx, rules, err)) {
				return
			}
		}
	}
}

// rules are valid after all records are written.
func (m missing) rules() mirror.Rules {
	rules := m.Rules(m.protected)
	rules.Last, rules.Invalid, rules.After = m.checkpointer.Last(), m.checkpointer.Count(user.Invalid)+m.invalid, m.at.before.LastDeleted
	rules.OnCounted = m.measured.Deletes
	rules.OnRejects = func(missing int) {
		m.options.Log.Always("no users are deleted: the input is rejects of an earlier run, which cannot show who is missing", zap.Int("absent", missing))
	}
	return rules
}

// withList writes the list of the missing users if err is the error of a guard, and adds
// the path of the list to the hint.
func (m missing) withList(ctx context.Context, rules mirror.Rules, err error) error {
	tripped, ok := errors.AsType[*guard.Error](err)
	if !ok {
		return err
	}
	path, bad := m.list(ctx, rules)
	again := "usersync resume " + m.at.files.Run()
	if m.Config.Shards.Split() { // resume knows no shards
		again = "the same command"
	}
	if tripped.Hint = path + " lists them; " + tripped.Hint + "; " + again + " takes these flags too"; bad == nil {
		tripped.List = path
	}
	return errors.Join(tripped, bad)
}

// list writes the list of users that would have been deleted.
func (m missing) list(ctx context.Context, rules mirror.Rules) (path string, err error) {
	list, err := m.at.files.Dir().Replace("absent.csv")
	if err != nil {
		return "absent.csv", err
	}
	lines, ids := csv.NewWriter(list), m.at.files.Pseudonyms
	err = lines.Write([]string{"id", "remote_id"})
	for row, bad := range mirror.Rows(ctx, m.ledger, m.presence, rules) {
		if err = errors.Join(err, bad); err != nil {
			break
		}
		shown := user.Settled{ID: ids.Of(row.ID), Remote: row.Remote}
		if row.Remote == row.ID {
			shown.Remote = shown.ID
		}
		err = lines.Write([]string{writer.QuoteCell(shown.ID), writer.QuoteCell(shown.Remote)})
	}
	lines.Flush()
	if err = cmp.Or(err, lines.Error()); err != nil {
		return list.Path(), errors.Join(err, list.Close())
	}
	err = list.Commit()
	return list.Path(), err
}
