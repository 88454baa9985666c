package main

import (
	"context"
	"iter"

	"usersync/sync/mirror"
	"usersync/sync/user"
)

// attend lets the plan of a mirror note who is in the input. Without a ledger
// nobody is missing from it.
func (p *planner) attend(ctx context.Context) (err error) {
	if p.config.Target.Mode != modeMirror || p.ledger == nil {
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
			rules := p.config.mirrorRules(p.protected)
			rules.Planned, rules.Last, rules.Invalid = true, p.presence.Read(), f.outcomes[user.Invalid]
			rules.Unproved = p.config.unproved(p.input)
			mirror.Missing(ctx, p.ledger, p.presence, rules)(yield)
		}
	}
}

// overAbsent holds the deletions that a run finds against those of the plan, and
// lets them pass if they are the same.
func (p *plan) overAbsent(absent func(context.Context) iter.Seq2[[]*user.Record, error]) func(context.Context) iter.Seq2[[]*user.Record, error] {
	if p == nil {
		return absent
	}
	return func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			for records, err := range absent(ctx) {
				if err == nil {
					err = p.takeAbsent(records)
				}
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(records, nil) {
					return
				}
			}
			if p.merging.next.Record != 0 {
				yield(nil, p.fault("it deletes users who are not missing in the input any more, from record %d on", p.merging.next.Record))
			}
		}
	}
}

func (p *plan) takeAbsent(records []*user.Record) error {
	for _, r := range records {
		if err := p.merging.take(r); err != nil {
			return err
		}
		if r.Planned != user.Delete {
			return p.fault("record %d would delete a user, and the plan does not", r.Origin.Record)
		}
	}
	return nil
}
