package ledger

import (
	"context"

	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/registry"
)

// Identities finds users by something other than their id. It is safe for concurrent
// use.
type Identities struct{ l *Ledger }

// Identities returns the Identities of the ledger's scope.
func (l *Ledger) Identities() Identities { return Identities{l} }

// Lookalike is an entry whose id looks like another id.
type Lookalike = entries.Lookalike

// Lookalikes returns, for each of the given ids, the entries of the scope whose ids look
// like it (identity.Fold) but differ; each list is in the order of rows. It sees what was
// saved. It costs up to two queries per id: use it for ids that Lookup does not know, or
// before a deletion.
func (i Identities) Lookalikes(ctx context.Context, ids []string) (map[string][]Lookalike, error) {
	found, err := i.l.entries.Lookalikes(ctx, ids, i.l.writer.held() != nil)
	return found, failed("look up similar ids in the ledger", err)
}

// FirstNew returns the first row that is new to this feed: the ledger got it in the run
// that is registered, or in an earlier one that did not finish and came after the feed was
// last sent as a whole. Until a run is registered, it is the row that would be the first.
func (i Identities) FirstNew(ctx context.Context) (int64, error) {
	whole, _, err := i.l.Rules(ctx)
	if err != nil {
		return 0, err
	}
	scope, err := i.l.entries.Num(ctx)
	if err != nil || scope == 0 {
		return 1, failed("look up new rows in the ledger", err)
	}
	first, err := registry.FirstNew(ctx, i.l.entries.DB, i.l.entries.DB.Read, scope, i.l.entries.Feed, whole.Run)
	if err != nil {
		return 0, failed("look up new rows in the ledger", err)
	}
	if first > 0 {
		return first, nil
	}
	last, err := i.l.Max(ctx)
	return last + 1, err
}

// HoldersOf returns, by remote key, the ids of the scope that have one of the given
// keys. That is one id per key, except in ledgers from before this was enforced. An
// empty key has no holder. It sees what was saved.
func (i Identities) HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error) {
	held, err := i.l.entries.HoldersOf(ctx, remotes)
	return held, failed("look up keys of the API in the ledger", err)
}

// FindShared looks for users whose key of the API another id has, too; from then on Lookup
// and Rows say who they are. Only an earlier version or a person can have brought that
// about. It reads an index from end to end: call it once, for an API that makes its own
// keys, while no run of the scope is in progress.
func (i Identities) FindShared(ctx context.Context) error {
	return failed("look for keys of the API that two ids have", i.l.entries.FindShared(ctx))
}

// Others returns up to n users that the API is known to hold, spread over the scope, and
// none for which skip returns true. It sees what is saved. Fewer than n does not mean
// that there are no more.
func (i Identities) Others(ctx context.Context, n int, skip func(id string) bool) ([]Row, error) {
	rows, err := entries.Others(ctx, i.l.entries, n, skip)
	return rows, failed("look for users in the ledger", err)
}
