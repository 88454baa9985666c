package entries

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"usersync/sync/identity"
	"usersync/sync/ledger/internal/scope"
	"usersync/sync/user"
)

// Lookalike is an entry whose id looks like another id.
type Lookalike struct {
	Row    int64
	ID     string
	Remote string
	State  user.EntryState
	// Before says that the ledger had it before the registered run began; false if no
	// run is registered.
	Before bool
}

// Lookalikes returns, for each of the given ids, the entries of the scope whose ids look
// like it (identity.Fold) but differ; each list is in the order of rows. It sees what was
// saved. It costs up to two queries per id: use it for ids that Lookup does not know, or
// before a deletion.
//
// locked says that only this process adds to the scope.
func (v *Reader) Lookalikes(ctx context.Context, ids []string, locked bool) (map[string][]Lookalike, error) {
	a := lookalikes{reader: v, locked: locked}
	some, err := a.anyFolded(ctx)
	if err != nil {
		return nil, err
	}
	if !some && !slices.ContainsFunc(ids, isOther) {
		return nil, nil // two that look alike would both be their own folds, and so the same
	}
	if err := a.searchAll(ctx, ids, some); err != nil {
		return nil, err
	}
	for _, list := range a.found {
		slices.SortFunc(list, func(a, b Lookalike) int { return cmp.Compare(a.Row, b.Row) })
	}
	return a.found, nil
}

// searchAll looks for ids that are the fold of one of ids and, if the scope has some that
// differ from their own fold, for these.
func (a *lookalikes) searchAll(ctx context.Context, ids []string, some bool) error {
	a.asked, a.found = map[string][]string{}, map[string][]Lookalike{}
	var folds, unlike []string // unlike are the folds that are not themselves among ids
	for _, id := range ids {
		fold := identity.Fold(id)
		if a.asked[fold] == nil {
			folds = append(folds, fold)
		}
		a.asked[fold] = append(a.asked[fold], id)
	}
	for _, fold := range folds {
		if len(a.asked[fold]) > 1 || a.asked[fold][0] != fold {
			unlike = append(unlike, fold)
		}
	}
	if err := a.search(ctx, a.reader.DB.Find, unlike); err != nil || !some {
		return err
	}
	return a.search(ctx, a.reader.DB.FindFolded, folds)
}

// isOther reports whether an id is not its own fold.
func isOther(id string) bool { return identity.Fold(id) != id }

// lookalikes collects look-alikes.
type lookalikes struct {
	reader *Reader
	// locked says that only this process adds to the scope.
	locked bool
	asked  map[string][]string // ids by what they fold to
	found  map[string][]Lookalike
}

// folded remembers whether the scope has an id that differs from its own fold. some may be
// true a moment before that is so; none counts only as long as some is false.
type folded struct{ some, none atomic.Bool }

// anyFolded reports whether the scope has an id that differs from its own fold. Usually
// it has none, and one query is enough.
func (a *lookalikes) anyFolded(ctx context.Context) (some bool, err error) {
	if a.reader.folded.some.Load() || a.locked && a.reader.folded.none.Load() {
		return a.reader.folded.some.Load(), nil
	}
	defer func() {
		if err == nil && some {
			a.reader.folded.some.Store(true)
		} else if err == nil && a.locked {
			a.reader.folded.none.Store(true)
		}
	}()
	num, err := a.reader.Num(ctx)
	if err != nil || num == 0 {
		return false, err
	}
	err = a.reader.DB.QueryRow(ctx, a.reader.DB.Read, `SELECT EXISTS (SELECT 1 FROM usersync_entry WHERE scope = ? AND folded IS NOT NULL)`, num).Scan(&some)
	return some, err
}

func (a *lookalikes) search(ctx context.Context, index string, folds []string) error {
	return a.reader.InChunks(ctx, folds, func(num int64, list any) error {
		return a.reader.findBy(ctx, a.reader.DB.Read, index, list, num, func(r *Stored) error {
			one := Lookalike{Row: scope.Row(r.Num), ID: string(r.ID), Remote: string(r.Remote), State: user.EntryState(r.State)}
			one.Before = one.Row < a.reader.First.Load()
			for _, id := range a.asked[identity.Fold(one.ID)] {
				if id != one.ID {
					a.found[id] = append(a.found[id], one)
				}
			}
			return nil
		})
	})
}
