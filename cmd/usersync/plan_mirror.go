package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/guard"
	"usersync/sync/user"
)

// attend lets the plan of a mirror take note of whom the input lists. Without a
// ledger it lacks nobody.
func (p *planner) attend(ctx context.Context) (err error) {
	if p.config.Target.Mode != mirror || p.ledger == nil {
		return nil
	}
	p.would.past = &past{ledger: p.ledger}
	p.would.attendance, err = newAttendance(ctx, p.ledger)
	return err
}

// absentees yields the deletions of a mirror, by the rules of a run; where one of
// them is broken, the *guard.Error that the run would end with.
func (p planning) absentees(f *foreseen) func(context.Context) iter.Seq2[[]*user.Record, error] {
	w := p.would
	return func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			w.keeper = &keeper{outcomes: f.outcomes, last: w.attendance.read}
			found, err := w.countAbsent(ctx)
			if err == nil && (found.absent == 0 || w.attendance.again) {
				return
			}
			if err == nil {
				err = w.wouldDelete(ctx, found)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			w.deletions(ctx, yield)
		}
	}
}

func (j *job) wouldDelete(ctx context.Context, found absence) error {
	broken, hints, err := j.brokenRules(ctx, found)
	if err != nil || len(broken) == 0 {
		return err
	}
	return &guard.Error{Name: absenceGuard, Hint: strings.Join(hints, "; "),
		What: fmt.Sprintf("%s of %d in the feed %s missing in the input, and a run would delete nobody: %s", exit.Plural(found.absent, "user"), found.feed,
			isOrAre(found.absent), strings.Join(broken, "; "))}
}

// records are those of the input, noted where a mirror wants to know who is there.
func (p planning) records(ctx context.Context) reader.Records {
	if p.would == nil || p.would.attendance == nil {
		return p.input.Records()
	}
	return p.would.attended(ctx, 0)
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
