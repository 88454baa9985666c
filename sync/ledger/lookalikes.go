package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"usersync/sync/identity"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/user"
)

// Identities finds users by something other than their id. It is safe for concurrent
// use.
type Identities struct{ l *Ledger }

// Identities returns the Identities of the ledger's scope.
func (l *Ledger) Identities() Identities { return Identities{l} }

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
func (i Identities) Lookalikes(ctx context.Context, ids []string) (map[string][]Lookalike, error) {
	a := lookalikes{view: &i.l.view, locked: i.l.held() != nil}
	some, err := a.anyFolded(ctx)
	if err != nil {
		return nil, failed("look up similar ids in the ledger", err)
	}
	if !some && !slices.ContainsFunc(ids, isOther) {
		return nil, nil // two that look alike would both be their own folds, and so the same
	}
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
	if err := a.search(ctx, i.l.db.Find, unlike); err != nil {
		return nil, failed("look up similar ids in the ledger", err)
	}
	if some {
		if err := a.search(ctx, i.l.db.FindFolded, folds); err != nil {
			return nil, failed("look up similar ids in the ledger", err)
		}
	}
	for _, list := range a.found {
		slices.SortFunc(list, func(a, b Lookalike) int { return cmp.Compare(a.Row, b.Row) })
	}
	return a.found, nil
}

// isOther reports whether an id is not its own fold.
func isOther(id string) bool { return identity.Fold(id) != id }

// FirstNew returns the first row that is new to this feed: the ledger got it in the run
// that is registered, or in an earlier one that did not finish and came after the feed was
// last sent as a whole. Until a run is registered, it is the row that would be the first.
func (i Identities) FirstNew(ctx context.Context) (int64, error) {
	whole, _, err := i.l.Rules(ctx)
	if err != nil {
		return 0, err
	}
	scope, err := i.l.scopeNum(ctx)
	if err != nil || scope == 0 {
		return 1, failed("look up new rows in the ledger", err)
	}
	first, err := registry.FirstNew(ctx, i.l.db, i.l.db.Read, scope, i.l.options.Feed, whole.Run)
	if err != nil {
		return 0, failed("look up new rows in the ledger", err)
	}
	if first > 0 {
		return first, nil
	}
	last, err := i.l.Max(ctx)
	return last + 1, err
}

// lookalikes collects look-alikes.
type lookalikes struct {
	view *view
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
	if a.view.folded.some.Load() || a.locked && a.view.folded.none.Load() {
		return a.view.folded.some.Load(), nil
	}
	defer func() {
		if err == nil && some {
			a.view.folded.some.Store(true)
		} else if err == nil && a.locked {
			a.view.folded.none.Store(true)
		}
	}()
	scope, err := a.view.scopeNum(ctx)
	if err != nil || scope == 0 {
		return false, err
	}
	err = a.view.db.QueryRow(ctx, a.view.db.Read, `SELECT EXISTS (SELECT 1 FROM usersync_entry WHERE scope = ? AND folded IS NOT NULL)`, scope).Scan(&some)
	return some, err
}

func (a *lookalikes) search(ctx context.Context, index string, folds []string) error {
	return a.view.inChunks(ctx, folds, func(scope int64, list any) error {
		return a.view.findBy(ctx, a.view.db.Read, index, list, scope, func(r *dbEntry) error {
			one := Lookalike{Row: rowOf(r.num), ID: string(r.id), Remote: string(r.remote), State: user.EntryState(r.state)}
			one.Before = one.Row < a.view.first.Load()
			for _, id := range a.asked[identity.Fold(one.ID)] {
				if id != one.ID {
					a.found[id] = append(a.found[id], one)
				}
			}
			return nil
		})
	})
}

// HoldersOf returns, by remote key, the ids of the scope that have one of the given
// keys. That is one id per key, except in ledgers from before this was enforced. An
// empty key has no holder. It sees what was saved.
func (i Identities) HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error) {
	held := map[string][]string{}
	if len(remotes) == 1 { // one is asked for by every create, and a list takes longer
		ids, err := i.l.holdersOf(ctx, remotes[0])
		if held[remotes[0]] = ids; len(ids) == 0 {
			clear(held)
		}
		return held, failed("look up a key of the API in the ledger", err)
	}
	err := i.l.inChunks(ctx, remotes, func(scope int64, list any) error {
		return i.l.findBy(ctx, i.l.db.Read, i.l.db.FindRemote, list, scope, func(r *dbEntry) error {
			held[string(r.remote)] = append(held[string(r.remote)], string(r.id))
			return nil
		})
	})
	if err != nil {
		return nil, failed("look up keys of the API in the ledger", err)
	}
	return held, nil
}

func (v *view) holdersOf(ctx context.Context, remote string) (ids []string, err error) {
	scope, err := v.scopeNum(ctx)
	if err != nil || scope == 0 || remote == "" {
		return nil, err
	}
	rows, err := v.db.Query(ctx, v.db.Read, `SELECT id FROM usersync_entry WHERE scope = ? AND remote = ? AND remote <> ''`, scope, remote)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, errors.Join(rows.Err(), rows.Close())
}

// inChunks calls ask with the scope's number and a list of texts, a chunk at a time. It
// does not call it for a scope that was never locked.
func (v *view) inChunks(ctx context.Context, texts []string, ask func(scope int64, list any) error) error {
	scope, err := v.scopeNum(ctx)
	if err != nil || scope == 0 {
		return err
	}
	for from := 0; from < len(texts); from += chunkSize {
		list, err := v.db.List(texts[from:min(from+chunkSize, len(texts))])
		if err != nil {
			return err
		}
		if err := ask(scope, list); err != nil {
			return err
		}
	}
	return nil
}
