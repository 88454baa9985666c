package plan

import (
	"context"
	"iter"

	"usersync/sync/user"
)

// ApplyDeletions passes on the deletions that a mirror finds if they are those of the plan:
// others are an *Error. The records of Apply must have been read to their end.
func (p *Plan) ApplyDeletions(found func(context.Context) iter.Seq2[[]*user.Record, error]) func(context.Context) iter.Seq2[[]*user.Record, error] {
	if p == nil {
		return found
	}
	return func(ctx context.Context) iter.Seq2[[]*user.Record, error] {
		return func(yield func([]*user.Record, error) bool) {
			for records, err := range found(ctx) {
				if err == nil {
					err = p.takeDeletions(records)
				}
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(records, nil) {
					return
				}
			}
			if p.merge.next.Record != 0 {
				yield(nil, p.Fault("it deletes users that are no longer missing from the input, from record %d on", p.merge.next.Record))
			}
		}
	}
}

func (p *Plan) takeDeletions(records []*user.Record) error {
	for _, r := range records {
		if r.Err != nil { // held back, even if the plan deletes the user
			if err := p.merge.pass(r); err != nil {
				return err
			}
			continue
		}
		if err := p.merge.take(r); err != nil {
			return err
		}
		if r.Planned != user.Delete {
			return p.Fault("record %d would delete a user, but the plan does not", r.Origin.Record)
		}
	}
	return nil
}
