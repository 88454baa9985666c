package ledger

import (
	"context"
	"errors"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/recurring"
	"usersync/sync/user"
)

// Admin is what a person does with a ledger by hand: show, count, export and import
// entries, and resolve or forget a user. Methods that write need the lock.
type Admin struct{ l *Ledger }

// Admin returns the Admin of the ledger's scope.
func (l *Ledger) Admin() Admin { return Admin{l} }

// Details is everything that the ledger holds about a user.
type Details struct {
	user.LedgerEntry
	Feed string
}

// Show returns what the ledger holds about an id; ErrUnknown if the id is unknown.
func (a Admin) Show(ctx context.Context, id string) (Details, error) {
	if err := entries.CheckID(id); err != nil {
		return Details{}, failed("", err)
	}
	num, err := a.l.entries.Num(ctx)
	if err != nil {
		return Details{}, failed("", err)
	}
	var found *Details
	err = a.l.entries.Find(ctx, a.l.entries.DB.Read, num, []string{id}, func(_ int, r *entries.Stored) (err error) {
		found = new(Details)
		if found.LedgerEntry, err = a.l.entries.Decode(a.l.entries.NamesIn(ctx), r, nil); err != nil {
			return err
		}
		found.Run = MainRun(found.Run) // whose files a person can look at
		found.Feed, err = a.l.entries.FeedName(ctx, r.Feed)
		return err
	})
	if err != nil {
		return Details{}, failed("show a user in the ledger", err)
	}
	if found == nil {
		return Details{}, ErrUnknown
	}
	return *found, nil
}

// Resolve settles a pending user by hand: remote is the key that the API assigned; empty
// means that the user does not exist there.
func (a Admin) Resolve(ctx context.Context, id, remote string) error {
	shown, err := a.Show(ctx, id)
	if err != nil {
		return err
	}
	if shown.State != user.Pending {
		return &NotPendingError{State: shown.State.String()}
	}
	if err := a.checkFree(ctx, []Resolution{{id, remote}}); err != nil {
		return err
	}
	return failed("resolve a user in the ledger", a.l.change(ctx, func(t change.Writer) error {
		return t.Apply("", []Entry{Resolution{id, remote}.entry(shown.LedgerEntry)})
	}))
}

// Resolution says what happened to a pending user. Remote is the key that the API
// assigned; empty means that the user does not exist there.
type Resolution struct{ ID, Remote string }

func (r Resolution) entry(k user.LedgerEntry) Entry {
	e := Entry{ID: r.ID, Remote: r.Remote, Run: k.Run, Record: k.Record, Replace: true}
	if r.Remote != "" {
		e.State = user.Present
	}
	return e
}

// ResolutionError says why a user cannot be resolved that way. Nothing was changed. It
// holds no id.
type ResolutionError struct {
	N    int // the number of the resolution, from 1
	What string
}

// Error is What.
func (e *ResolutionError) Error() string { return "resolve users in the ledger: " + e.What }

// ResolveAll settles pending users by hand, all or none. It fails with a *ResolutionError
// if one is not pending, or if a key belongs to another id.
func (a Admin) ResolveAll(ctx context.Context, all []Resolution) error {
	ids := make([]string, len(all))
	changes := make([]Entry, len(all))
	seen := map[string]bool{}
	for i, r := range all {
		if ids[i] = r.ID; entries.CheckID(r.ID) != nil || seen[r.ID] {
			return &ResolutionError{i + 1, "its id is empty, invalid, or listed twice"}
		}
		seen[r.ID] = true
	}
	known, err := a.l.Lookup(ctx, ids)
	if err != nil {
		return err
	}
	for i, k := range known {
		if k.State != user.Pending {
			return &ResolutionError{i + 1, "it is " + k.State.String() + " in the ledger, not pending"}
		}
		changes[i] = all[i].entry(k)
	}
	if err := a.checkFree(ctx, all); err != nil {
		return err
	}
	return failed("resolve users in the ledger", a.l.change(ctx, func(t change.Writer) error { return t.Apply("", changes) }))
}

// checkFree refuses a key of the API that belongs to another id.
func (a Admin) checkFree(ctx context.Context, all []Resolution) error {
	var remotes []string
	seen := map[string]bool{}
	for i, r := range all {
		if r.Remote == "" {
			continue
		}
		if seen[r.Remote] {
			return &ResolutionError{i + 1, "another user in the list has the same key of the API"}
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
				return &ResolutionError{i + 1, "in the ledger, another id has that key of the API"}
			}
		}
	}
	return nil
}

// Forget erases everything that the ledger holds about an id, from the disk as well. To
// the next run, the user is new.
func (a Admin) Forget(ctx context.Context, id string) error {
	deleted, err := a.l.Identities().Deleted(ctx, []string{id})
	if err != nil {
		return err
	}
	rejected, err := recurring.Known(ctx, a.l.entries.Scope, id)
	if err != nil {
		return err
	}
	if _, err := a.Show(ctx, id); err != nil && (len(deleted) == 0 && !rejected || !errors.Is(err, ErrUnknown)) {
		return err
	}
	err = a.l.change(ctx, func(t change.Writer) error {
		if err := t.Apply("", []Entry{{ID: id}}); err != nil {
			return err
		}
		if err := t.ForgetDeletions([]string{id}); err != nil {
			return err
		}
		return recurring.Erase(t.Tx, id)
	})
	if err != nil || a.l.entries.DB.Erase == "" {
		return failed("forget a user in the ledger", err)
	}
	if _, err := a.l.entries.DB.Write.ExecContext(ctx, a.l.entries.DB.Erase); err != nil {
		return failed("erase a user from the disk", err)
	}
	return nil
}
