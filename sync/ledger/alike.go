package ledger

import (
	"cmp"
	"context"
	"slices"

	"usersync/sync/identity"
	"usersync/sync/ledger/internal/registry"
	"usersync/sync/user"
)

// Identities are questions about who a user is, beyond the id itself.
type Identities struct{ l *Ledger }

// Identities returns those of the ledger's scope.
func (l *Ledger) Identities() Identities { return Identities{l} }

// Lookalike is an entry whose id looks like another one.
type Lookalike struct {
	Row      int64
	ID       string
	Remote   string
	Standing user.EntryState
	// Before says that the ledger had it before the registered run began; false
	// where no run is registered.
	Before bool
}

// Lookalikes returns, by id, the entries of the scope whose ids look like one of the
// given ids (identity.Fold), and are not it; each list is in the order of rows. It
// sees what is marked. It costs up to two look-ups an id: ask for ids that Look does
// not know, or before a deletion.
func (i Identities) Lookalikes(ctx context.Context, ids []string) (map[string][]Lookalike, error) {
	a := alike{v: &i.l.view}
	some, err := a.any(ctx)
	if err == nil && !some && !slices.ContainsFunc(ids, differs) {
		return nil, nil // both would be what they fold to, and so the same
	}
	if err != nil {
		return nil, failed("look for similar ids in the ledger", err)
	}
	a.asked, a.found = map[string][]string{}, map[string][]Lookalike{}
	var folds, unlike []string // unlike are the folds that are not ids of the question
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
	if err := a.look(ctx, i.l.db.Find, unlike); err != nil {
		return nil, failed("look for similar ids in the ledger", err)
	}
	if some {
		if err := a.look(ctx, i.l.db.FindFolded, folds); err != nil {
			return nil, failed("look for similar ids in the ledger", err)
		}
	}
	for _, list := range a.found {
		slices.SortFunc(list, func(a, b Lookalike) int { return cmp.Compare(a.Row, b.Row) })
	}
	return a.found, nil
}

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
		return 1, failed("look for new rows in the ledger", err)
	}
	first, err := registry.FirstNew(ctx, i.l.db, i.l.db.Read, scope, i.l.options.Feed, whole.Run)
	if err != nil {
		return 0, failed("look for new rows in the ledger", err)
	}
	if first > 0 {
		return first, nil
	}
	last, err := i.l.Max(ctx)
	return last + 1, err
}

func differs(id string) bool { return identity.Fold(id) != id }

// alike gathers look-alikes.
type alike struct {
	v     *view
	asked map[string][]string // ids by what they fold to
	found map[string][]Lookalike
}

// any reports whether the scope has an id that is not its own fold. Mostly it has
// none, and one look tells so.
func (a *alike) any(ctx context.Context) (some bool, err error) {
	scope, err := a.v.scopeNum(ctx)
	if err != nil || scope == 0 {
		return false, err
	}
	err = a.v.db.QueryRow(ctx, a.v.db.Read, `SELECT EXISTS (SELECT 1 FROM usersync_entry WHERE scope = ? AND folded IS NOT NULL)`, scope).Scan(&some)
	return some, err
}

func (a *alike) look(ctx context.Context, index string, folds []string) error {
	return a.v.inParts(ctx, folds, func(scope int64, list any) error {
		return a.v.findBy(ctx, a.v.db.Read, index, list, scope, func(r *scanned) error {
			one := Lookalike{Row: rowOf(r.num), ID: string(r.id), Remote: string(r.remote), Standing: user.EntryState(r.standing)}
			one.Before = one.Row < a.v.first.Load()
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
// keys: one id for a key, unless the ledger is from a time when that was not kept to.
// An empty key is nobody's. It sees what is marked.
func (i Identities) HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error) {
	held := map[string][]string{}
	err := i.l.inParts(ctx, remotes, func(scope int64, list any) error {
		return i.l.findBy(ctx, i.l.db.Read, i.l.db.FindRemote, list, scope, func(r *scanned) error {
			held[string(r.remote)] = append(held[string(r.remote)], string(r.id))
			return nil
		})
	})
	if err != nil {
		return nil, failed("look for keys of the API in the ledger", err)
	}
	return held, nil
}

// inParts calls ask with the scope's number and a list of texts, a question at a time. It
// does not call it for a scope that was never locked.
func (v *view) inParts(ctx context.Context, texts []string, ask func(scope int64, list any) error) error {
	scope, err := v.scopeNum(ctx)
	if err != nil || scope == 0 {
		return err
	}
	for from := 0; from < len(texts); from += question {
		list, err := v.db.List(texts[from:min(from+question, len(texts))])
		if err != nil {
			return err
		}
		if err := ask(scope, list); err != nil {
			return err
		}
	}
	return nil
}
