package preview

import (
	"context"
	"iter"

	"usersync/sync/mirror"
	"usersync/sync/user"
)

// missing yields the deletions of a mirror, by the rules of a run; or the *guard.Error
// that the run would end with.
func (d DryRun) missing(f *outcomes) func(context.Context) iter.Seq2[[]*user.Record, error] {
	return func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			rules := d.Rules(d.Protected)
			rules.Planned, rules.Last, rules.Invalid = true, d.presence.Read(), f.counts[user.Invalid]
			mirror.Missing(ctx, d.Ledger, d.presence, rules)(yield)
		}
	}
}
