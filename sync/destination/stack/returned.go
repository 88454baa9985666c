package stack

import (
	"context"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Deletions are the users whose deletion the ledger remembers. It is safe for concurrent use.
type Deletions interface {
	// AreDeleted returns those of the ids whose deletion is remembered.
	AreDeleted(ctx context.Context, ids []string) (map[string]bool, error)
}

// Returned looks up users who were deactivated, before it creates them again. The API still
// has them. If it makes the keys, it may not notice that a create is about one of them: their
// names may have changed since.
type Returned struct {
	destination.API
	Deletions Deletions // nil without a ledger
}

// Apply looks up those of b who return if its call is a create, and sends all others.
func (t Returned) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op != user.Create {
		return t.API.Apply(ctx, b)
	}
	returns, err := t.returns(ctx, b)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(b.Records, returns) {
		return t.API.Apply(ctx, b)
	}
	return Adopted{API: t.API, How: Read, Returning: true}.look(ctx, b, returns)
}

// returns returns what tells whether a record of b is about a user who was deactivated.
func (t Returned) returns(ctx context.Context, b user.Batch) (func(*user.Record) bool, error) {
	var deleted map[string]bool
	if t.Deletions != nil {
		ids := make([]string, len(b.Records))
		for i, r := range b.Records {
			ids[i] = r.User.ID
		}
		var err error
		if deleted, err = t.Deletions.AreDeleted(ctx, ids); err != nil {
			return nil, err
		}
	}
	return func(r *user.Record) bool { return r.DeletedBefore || deleted[r.User.ID] }, nil
}

// keepsDeleted reports whether a delete only deactivates a user of the API, and a create may make
// a second one.
func keepsDeleted(t destination.Traits) bool {
	return t.OwnKeys && t.Ops[user.Delete].Keeps && !t.Blind && !t.FindsByKey
}
