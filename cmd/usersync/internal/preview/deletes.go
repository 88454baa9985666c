package preview

import (
	"context"
	"fmt"
	"iter"

	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// DeleteGuard is the name of the guard that limits the deletes of an input in which a
// column says what to do with each row.
const DeleteGuard = "max_delete"

// LimitDeletes yields the records, and in place of the first delete beyond --max-delete a
// *guard.Error. It does so only for an input with an op_column: in mode delete the whole
// list is meant to be deleted. Before is how many an earlier part of the run has deleted.
// With planned, the deletes of a plan count. The ledger may be nil.
func (s *Setup) LimitDeletes(ctx context.Context, records iter.Seq2[*user.Record, error], l *ledger.Ledger, before int, planned bool) iter.Seq2[*user.Record, error] {
	if !s.Config.Input.OpColumn.IsSet() {
		return records
	}
	limit := &deleteLimit{Setup: s, ledger: l, deletes: before, feed: -1}
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil && deletes(r, planned) {
				err = limit.count(ctx, r)
			}
			if err != nil {
				r = nil
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func deletes(r *user.Record, planned bool) bool {
	if planned {
		return r.Planned == user.Delete
	}
	return r.Op == user.Delete && r.Err == nil
}

type deleteLimit struct {
	*Setup
	ledger  *ledger.Ledger
	deletes int
	feed    int // users of the feed; below 0 until they are counted
}

// count counts a delete, and returns a *guard.Error if it is one too many.
func (d *deleteLimit) count(ctx context.Context, r *user.Record) error {
	d.deletes++
	limit := d.Config.Guards.MaxDelete
	if d.deletes <= limit.OfChanges(max(d.feed, 0)) {
		return nil
	}
	if err := d.countFeed(ctx); err != nil {
		return err
	}
	most := limit.OfChanges(d.feed)
	if d.deletes <= most {
		return nil
	}
	return &guard.Error{
		Name: DeleteGuard,
		What: fmt.Sprintf("%s:%d: a row would delete one user more than --max-delete allows, which is %d; it was not sent, nor what follows", r.Origin.File, r.Origin.Line, most),
		Hint: "look at the rows that delete; if they should really be deleted, allow it with --max-delete; resume takes this flag too",
	}
}

func (d *deleteLimit) countFeed(ctx context.Context) error {
	if d.feed >= 0 || d.ledger == nil {
		d.feed = max(d.feed, 0)
		return nil
	}
	n := 0
	for _, err := range d.ledger.Rows(ctx, d.Config.Ledger.Feed) {
		if err != nil {
			return err
		}
		n++
	}
	d.feed = n
	return nil
}
