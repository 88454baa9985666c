package main

import (
	"context"
	"iter"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// attend lets the plan of a mirror note who is in the input. Without a ledger
// nobody is missing from it.
func (p *planner) attend(ctx context.Context) (err error) {
	if p.config.Target.Mode != config.Mirror || p.ledger == nil {
		return nil
	}
	p.presence, err = mirror.NewPresence(ctx, p.ledger)
	return err
}

// missing yields the deletions of a mirror, by the rules of a run; where one of
// them is broken, the *guard.Error that the run would end with.
func (p planning) missing(f *foreseen) func(context.Context) iter.Seq2[[]*user.Record, error] {
	return func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			rules := mirrorRules(p.config, p.protected)
			rules.Planned, rules.Last, rules.Invalid = true, p.presence.Read(), f.outcomes[user.Invalid]
			rules.Unproved = unproved(p.config, p.input)
			mirror.Missing(ctx, p.ledger, p.presence, rules)(yield)
		}
	}
}
