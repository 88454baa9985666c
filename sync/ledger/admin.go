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
	e := Entry{ID: id, Remote: remote, Run: shown.Run, Record: shown.Record, Anew: true}
	if remote != "" {
		e.Standing = user.Present
	}
	return a.amend(ctx, "resolve an entry", e)
}

// Forget erases all that the ledger holds of an id, from the disk as well; the
// next run takes the user as new.
func (a Admin) Forget(ctx context.Context, id string) error {
	deleted, err := a.l.Deleted(ctx, []string{id})
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

func (a Admin) amend(ctx context.Context, what string, e Entry) error {
	err := a.l.change(ctx, func(w *writing) error { return w.entries(e.Run, []Entry{e}) })
	return failed(what+" of the ledger", err)
}
