package mirror

import (
	"context"
	"iter"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Ledger is what a mirror asks about a feed.
type Ledger interface {
	// Rows yields the feed's users in any order, RowsFrom those after an id, by id.
	Rows(ctx context.Context, feed string) iter.Seq2[ledger.Row, error]
	RowsFrom(ctx context.Context, feed, after string) iter.Seq2[ledger.Row, error]
	// Rules are the settings by which the feed was last sent whole; false if it
	// never was.
	Rules(ctx context.Context) (ledger.Rules, bool, error)
}

// Missing yields the deletions of the users missing from the input, by id, a part
// at a time. They follow the record r.Last and the deletion r.After. The input
// must have been read to its end, and every outcome written.
//
// Where a rule forbids to delete, Missing yields one error, a *guard.Error whose
// Name is Guard, and nothing else. An input of rejects cannot say who is missing,
// so that no user is deleted; then r.FedAgain is told.
func Missing(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		n, err := count(ctx, l, p, r)
		switch {
		case err == nil && n.missing == 0:
			return
		case err == nil && p.fedAgain:
			if r.FedAgain != nil {
				r.FedAgain(n.missing)
			}
			return
		case err == nil:
			err = r.check(ctx, l, p, n)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		deletions(ctx, l, p, r, yield)
	}
}

// Rows yields the users missing from the input who are not protected, by id: also
// where a rule forbids to delete them, and where their deletion is written already.
func Rows(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[ledger.Row, error] {
	r.After = ""
	return missing(ctx, l, p, r)
}

func missing(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range l.RowsFrom(ctx, r.Feed, r.After) {
			if err != nil {
				yield(row, err)
				return
			}
			if r.concerns(p, row) && !yield(row, nil) {
				return
			}
		}
	}
}

// concerns reports whether a user of the ledger is missing, and not protected.
func (r Rules) concerns(p *Presence, row ledger.Row) bool {
	return p.missing(row) && !r.Protected.See(row.ID, 0)
}

// numbers are how many users a feed has, and how many of them are missing.
type numbers struct{ missing, feed int }

func count(ctx context.Context, l Ledger, p *Presence, r Rules) (n numbers, err error) {
	if err := p.close(ctx); err != nil {
		return n, err
	}
	for row, err := range l.Rows(ctx, r.Feed) {
		if err != nil {
			return n, err
		}
		if n.feed++; r.concerns(p, row) {
			n.missing++
		}
	}
	return n, nil
}

func deletions(ctx context.Context, l Ledger, p *Presence, r Rules, yield func([]*user.Record, error) bool) {
	record := r.Last
	var part []*user.Record
	for row, err := range missing(ctx, l, p, r) {
		if err != nil {
			yield(part, err)
			return
		}
		record++
		part = append(part, &user.Record{Origin: user.Origin{Record: record, Absent: true}, Op: user.Delete, User: user.User{ID: row.ID}, Remote: row.Remote})
		if len(part) == atOnce {
			if !yield(part, nil) {
				return
			}
			part = nil
		}
	}
	if len(part) > 0 {
		yield(part, nil)
	}
}
