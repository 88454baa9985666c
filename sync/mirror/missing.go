package mirror

import (
	"context"
	"iter"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Ledger is what a mirror needs to know about a feed.
type Ledger interface {
	// Rows yields the feed's users in any order, RowsFrom those after an id, by id.
	Rows(ctx context.Context, feed string) iter.Seq2[ledger.Row, error]
	RowsFrom(ctx context.Context, feed, after string) iter.Seq2[ledger.Row, error]
	// Rules returns the settings with which the feed was last sent in full; false if
	// it never was.
	Rules(ctx context.Context) (ledger.Rules, bool, error)
}

// Missing yields the deletions of the users missing from the input, by id, a chunk at a
// time. They follow the record r.Last and the deletion r.After. The input must have been
// read to its end, and every outcome written.
//
// If a row of another id led to such a user, the user is not missing at the API. A user who
// looks like an id that is new in the input may be that user in another spelling, unless
// r.AcceptLookalikes is set. Such a deletion carries a *user.RefusedError, and counts
// for no rule.
//
// If a rule forbids deletions, Missing yields one error, a *guard.Error whose Name is
// Guard, and nothing more. An input of rejects cannot show who is missing, so no user is
// deleted; r.OnRejects is called instead.
func Missing(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		n, err := count(ctx, l, p, r)
		if err == nil && r.OnCounted != nil {
			r.OnCounted(n.missing, n.feed)
		}
		switch {
		case err == nil && n.missing+n.held == 0:
			return
		case err == nil && p.hasRejects:
			if r.OnRejects != nil {
				r.OnRejects(n.missing + n.held)
			}
			return
		case err == nil && n.missing > 0:
			err = r.check(ctx, l, p, n)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		deletions(ctx, l, p, r, yield)
	}
}

// Rows yields the users missing from the input by id, even if a rule forbids to delete them
// or their deletion is already written. Protected users are left out, and those that the
// API has under another id or that look like a new id.
func Rows(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[ledger.Row, error] {
	r.After = ""
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range missing(ctx, l, p, r) {
			if (err != nil || r.holds(p, row) == nil) && !yield(row, err) {
				return
			}
		}
	}
}

func missing(ctx context.Context, l Ledger, p *Presence, r Rules) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for row, err := range l.RowsFrom(ctx, r.Feed, r.After) {
			if err != nil {
				yield(row, err)
				return
			}
			if r.deletes(p, row) && !yield(row, nil) {
				return
			}
		}
	}
}

// deletes reports whether a user of the ledger is missing, and not protected.
func (r Rules) deletes(p *Presence, row ledger.Row) bool {
	return p.missing(row) && !r.Protected.See(row.ID, 0)
}

// holds says why the deletion of a missing user is held back; nil if it is not.
func (r Rules) holds(p *Presence, row ledger.Row) error {
	switch {
	case p.isAnothers(row):
		return &user.RefusedError{Code: user.CodeSameUser, Rule: "not deleted: another id has this user of the API",
			Hint: "if the id was renamed, run usersync ledger rename OLD NEW"}
	case !r.AcceptLookalikes && p.looksLike(row):
		return &user.RefusedError{Code: user.CodeLookalike, Rule: "the input has a new id that looks like this one",
			Hint: "if they are one user: usersync ledger rename OLD NEW; if they are two: --accept-lookalikes"}
	}
	return nil
}

// counts are how many users a feed has, how many of them are missing and would be deleted,
// and for how many that is held back.
type counts struct{ missing, held, feed int }

func count(ctx context.Context, l Ledger, p *Presence, r Rules) (n counts, err error) {
	if err := p.close(ctx); err != nil {
		return n, err
	}
	for row, err := range l.Rows(ctx, r.Feed) {
		if err != nil {
			return n, err
		}
		n.feed++
		switch {
		case !r.deletes(p, row):
		case r.holds(p, row) != nil:
			n.held++
		default:
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
		deletion := &user.Record{Origin: user.Origin{Record: record, Absent: true}, Op: user.Delete, User: user.User{ID: row.ID}, Remote: row.Remote}
		deletion.Err = r.holds(p, row)
		part = append(part, deletion)
		if len(part) == chunkSize {
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
