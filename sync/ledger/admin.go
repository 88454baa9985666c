package ledger

import (
	"cmp"
	"context"
	"errors"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Admin is what a person does with a ledger by hand: look up, count, export, import,
// and settle or erase a user. All that writes needs the lock.
type Admin struct{ l *Ledger }

// Admin returns that for the ledger's scope.
func (l *Ledger) Admin() Admin { return Admin{l} }

// Shown is all that the ledger holds of a user.
type Shown struct {
	user.LedgerEntry
	Feed string
}

// Show returns what the ledger holds of an id; ErrUnknown if that is nothing.
func (a Admin) Show(ctx context.Context, id string) (Shown, error) {
	if err := checkID(id); err != nil {
		return Shown{}, failed("", err)
	}
	scope, err := a.l.scopeNum(ctx)
	if err != nil {
		return Shown{}, failed("", err)
	}
	var found *Shown
	var prints fingerprint.Slab
	err = a.l.find(ctx, a.l.db.Read, scope, places{ids: []string{id}}, func(_ int, r *scanned) (err error) {
		found = new(Shown)
		if found.LedgerEntry, err = a.l.known(a.l.naming(ctx), r, &prints); err != nil {
			return err
		}
		found.Feed, err = a.l.feedName(ctx, r.feed)
		return err
	})
	if err != nil {
		return Shown{}, failed("show an entry of the ledger", err)
	}
	if found == nil {
		return Shown{}, ErrUnknown
	}
	return *found, nil
}

// Resolve settles a pending user by hand: remote is the key that the API made
// for it; empty says that the user is not there.
func (a Admin) Resolve(ctx context.Context, id, remote string) error {
	shown, err := a.Show(ctx, id)
	if err != nil {
		return err
	}
	if shown.State != user.Pending {
		return &NotPendingError{Standing: standings[shown.State]}
	}
	if err := a.checkFree(ctx, []Resolution{{id, remote}}); err != nil {
		return err
	}
	return failed("resolve an entry of the ledger", a.l.change(ctx, func(w *writing) error {
		return w.entries("", []Entry{Resolution{id, remote}.entry(shown.LedgerEntry)})
	}))
}

// Resolution says what happened to a pending user: Remote is the key that the API made;
// empty means that the user is not there.
type Resolution struct{ ID, Remote string }

func (r Resolution) entry(k user.LedgerEntry) Entry {
	e := Entry{ID: r.ID, Remote: r.Remote, Run: k.Run, Record: k.Record, Anew: true}
	if r.Remote != "" {
		e.Standing = user.Present
	}
	return e
}

// ResolutionError says why a user cannot be resolved so. Nothing was changed. It holds
// no id.
type ResolutionError struct {
	N    int // the ordinal of the resolution, from 1
	What string
}

// Error is What.
func (e *ResolutionError) Error() string { return "resolve users of the ledger: " + e.What }

// ResolveAll settles pending users by hand, all or none. One that is not pending, and a
// key of the API that is another id's, is a *ResolutionError.
func (a Admin) ResolveAll(ctx context.Context, all []Resolution) error {
	ids := make([]string, len(all))
	entries := make([]Entry, len(all))
	seen := map[string]bool{}
	for i, r := range all {
		if ids[i] = r.ID; checkID(r.ID) != nil || seen[r.ID] {
			return &ResolutionError{i + 1, "its id is empty, or is there twice"}
		}
		seen[r.ID] = true
	}
	known, err := a.l.Look(ctx, ids)
	if err != nil {
		return err
	}
	for i, k := range known {
		if k.State != user.Pending {
			return &ResolutionError{i + 1, "it is " + standings[k.State] + " in the ledger, not pending"}
		}
		entries[i] = all[i].entry(k)
	}
	if err := a.checkFree(ctx, all); err != nil {
		return err
	}
	return failed("resolve users of the ledger", a.l.change(ctx, func(w *writing) error { return w.entries("", entries) }))
}

// checkFree refuses a key of the API that is another id's.
func (a Admin) checkFree(ctx context.Context, all []Resolution) error {
	var remotes []string
	seen := map[string]bool{}
	for i, r := range all {
		if r.Remote == "" {
			continue
		}
		if seen[r.Remote] {
			return &ResolutionError{i + 1, "another one has the same key of the API"}
		}
		seen[r.Remote], remotes = true, append(remotes, r.Remote)
	}
	held, err := a.l.Identities().HoldersOf(ctx, remotes)
	if err != nil {
		return err
	}
	for i, r := range all {
		for _, id := range held[r.Remote] {
			if id != r.ID {
				return &ResolutionError{i + 1, "the ledger has that key of the API for another id"}
			}
		}
	}
	return nil
}

// Forget erases all that the ledger holds of an id, from the disk as well; the
// next run takes the user as new.
func (a Admin) Forget(ctx context.Context, id string) error {
	deleted, err := a.l.Identities().Deleted(ctx, []string{id})
	if err != nil {
		return err
	}
	if _, err := a.Show(ctx, id); err != nil && (len(deleted) == 0 || !errors.Is(err, ErrUnknown)) {
		return err
	}
	err = a.l.change(ctx, func(w *writing) error {
		return cmp.Or(w.entries("", []Entry{{ID: id}}), w.forgetDeletions([]string{id}))
	})
	if err != nil || a.l.db.Erase == "" {
		return failed("forget an entry of the ledger", err)
	}
	if _, err := a.l.db.Write.ExecContext(ctx, a.l.db.Erase); err != nil {
		return failed("erase an entry from the disk", err)
	}
	return nil
}
