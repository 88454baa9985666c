package preview

import (
	"context"
	"fmt"
	"iter"

	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// DeleteGuard is the name of the guard that limits the deletes of an input in which a
// column says what to do with each row.
const DeleteGuard = "max_delete"

// Deletes say which rows count as deletes.
type Deletes struct {
	Ledger    *ledger.Ledger // nil without one
	Protected *protect.List  // users that are not deleted; nil: none
	Before    int            // how many an earlier part of the run has sent
	Planned   bool           // count the deletes of a plan, and not those of the rows
}

// LimitDeletes yields the records, and in place of the first delete beyond --max-delete a
// *guard.Error. It does so only for an input with an op_column: in mode delete the whole
// list is meant to be deleted.
func (s *Setup) LimitDeletes(ctx context.Context, records iter.Seq2[*user.Record, error], of Deletes) iter.Seq2[*user.Record, error] {
	if !s.Config.Input.OpColumn.IsSet() {
		return records
	}
	limit := &deleteLimit{Setup: s, ledger: of.Ledger, deletes: of.Before, feed: -1}
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil && of.count(r) {
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

// count reports whether a record counts.
func (d Deletes) count(r *user.Record) bool {
	if d.Planned {
		return r.Planned == user.Delete
	}
	return r.Op == user.Delete && r.Err == nil && !d.Protected.Has(r.User.ID)
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
	again := "resume"
	if d.Config.Shards.Split() {
		again = "the same command"
	}
	return &guard.Error{
		Name: DeleteGuard,
		What: fmt.Sprintf("%s:%d: this row would delete one user more than --max-delete allows, which is %d; the run stops before it", r.Origin.File, r.Origin.Line, most),
		Hint: "look at the rows that delete; if they should really be deleted, allow it with --max-delete; " + again + " takes this flag too",
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
