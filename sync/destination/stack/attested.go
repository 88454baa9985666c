package stack

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Memory is what the ledger knows that can prove the absence of a user. It is safe for
// concurrent use.
type Memory interface {
	// Others returns up to n users that the API is known to hold, from all over the
	// ledger, without those for which skip returns true.
	Others(ctx context.Context, n int, skip func(id string) bool) ([]Other, error)
	// WasDeleted reports whether the API confirmed to have deleted the user, who was not
	// created again since.
	WasDeleted(ctx context.Context, id string) (bool, error)
	// Knew reports whether the ledger holds the user, or remembers their deletion.
	Knew(ctx context.Context, id string) (bool, error)
}

// Other is a user other than the one in question. Remote is the key that the API
// assigned, if it assigns keys.
type Other struct{ ID, Remote string }

// Absences says what counts as a proof that a user is absent.
type Absences struct {
	Memory    Memory // nil without a ledger
	AcceptAll bool   // take the API's word for every one
	// Doubted says that an earlier part of the run met unproved absences.
	Doubted bool
	// Earlier are the users that an earlier part of the run was deleting and that the
	// ledger does not know yet; true if the API confirmed it.
	Earlier map[string]bool
}

// Attested demands a proof when a delete finds no user: at a wrong address every user is
// missing. The proof is that one read there finds another user, or that the deletion of
// this one is remembered. If the API can be read, the user must not be found either.
// Without a proof the outcome is InDoubt, code unproved_absent.
//
// A delete that was perhaps sent before counts as ours when it finds no user, unless the
// reads of other users speak against the address, or an absence was left unproved.
type Attested struct {
	destination.API
	absences Absences
	address  *address
	seen     *deletions
	flights  *flights
}

// NewAttested returns the middleware for a run.
func NewAttested(api destination.API, a Absences) Attested {
	at := newAddress()
	at.doubted.Store(a.Doubted)
	return Attested{API: api, absences: a, address: at, seen: newDeletions(a.Earlier), flights: new(flights)}
}

// Apply sends b, and demands a proof for each user that a delete did not find.
func (a Attested) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, absent, err := a.send(ctx, b)
	group, within := newParallel(ctx)
	for _, i := range absent {
		o, r := &outcomes[i], b.Records[i]
		if err != nil {
			a.leave(o, r)
			continue
		}
		group.Go(func() error { return a.attest(within, o, r) })
	}
	if failed := group.Wait(); failed != nil {
		err = failed
	}
	for _, i := range absent {
		a.seen.settle(b.Records[i].User.ID, outcomes[i])
	}
	return outcomes, err
}

// send sends b, and returns the indexes of the users that a delete did not find.
func (a Attested) send(ctx context.Context, b user.Batch) (outcomes []user.Outcome, absent []int, err error) {
	defer a.flights.begin()()
	a.seen.begin(b)
	outcomes, err = a.API.Apply(ctx, b)
	for i := range outcomes {
		if o, r := &outcomes[i], b.Records[i]; o.Status == user.Deleted && r.Op == user.Delete && saysAbsent(o, r) {
			absent = append(absent, i)
		}
	}
	a.seen.learn(b, outcomes)
	return outcomes, absent, err
}

// saysAbsent reports whether a deletion means that there was no user. A config can call a
// 404 to a delete a success, which changes nothing about what it says.
func saysAbsent(o *user.Outcome, r *user.Record) bool {
	notFound := o.HTTP == http.StatusNotFound || o.HTTP == http.StatusGone
	switch {
	case foundNoUser(o.Code):
		return true
	case notFound && r.MaybeSent:
		o.Code = user.CodeReplayed
	case notFound:
		o.Code = user.CodeAlreadyAbsent
	}
	return notFound
}

// foundNoUser reports whether the code of a deletion says that the API showed no user.
func foundNoUser(code string) bool {
	return code == user.CodeAlreadyAbsent || code == user.CodeReplayed || code == user.CodeReadBack
}

// attest settles an absence. An error ends the run.
func (a Attested) attest(ctx context.Context, o *user.Outcome, r *user.Record) error {
	sure, err := a.isOurs(ctx, o, r)
	if err == nil && !sure {
		sure, err = a.isProved(ctx, o, r)
	}
	switch {
	case err != nil:
		a.leave(o, r)
	case !sure:
		a.leaveUnproved(o)
	}
	if err != nil && ctx.Err() != nil { // the ledger did not fail
		return context.Cause(ctx)
	}
	return err
}

// isOurs reports whether an earlier attempt has deleted the user.
func (a Attested) isOurs(ctx context.Context, o *user.Outcome, r *user.Record) (bool, error) {
	if o.Code == user.CodeAlreadyAbsent || a.address.doubted.Load() {
		return false, nil
	}
	if a.absences.AcceptAll {
		return true, nil
	}
	is, err := a.address.check(ctx, a, r.User.ID)
	return is != contradicted, err
}

// isProved reports whether the outcome is certain. A user who is there after all is one
// who was not deleted.
func (a Attested) isProved(ctx context.Context, o *user.Outcome, r *user.Record) (bool, error) {
	switch found, err := a.look(ctx, r); {
	case err != nil:
		return false, err
	case found.exists():
		o.Status, o.Code, o.HTTP = user.Failed, user.CodeNotDeleted, found.HTTP
		o.Detail = "the answer to the delete says that there is no such user, and a read shows the user; check how deletes are addressed"
		return true, nil
	case a.absences.AcceptAll:
		return true, nil
	}
	remembered, err := a.wasDeleted(ctx, r.User.ID)
	if err != nil || remembered {
		o.Remembered = remembered
		return remembered, err
	}
	is, err := a.address.check(ctx, a, r.User.ID)
	if is == proved || err != nil {
		return is == proved, err
	}
	if others, err := a.flights.wait(ctx); !others || err != nil {
		return false, err
	}
	is, err = a.address.check(ctx, a, r.User.ID) // the calls that were in flight may have shown a user
	return is == proved, err
}

// leave leaves an outcome of a run that ends before it is certain. One that was perhaps
// ours is left to the next part of the run.
func (a Attested) leave(o *user.Outcome, r *user.Record) {
	if o.Code == user.CodeAlreadyAbsent {
		a.leaveUnproved(o)
		return
	}
	o.Status, r.MaybeSent = user.Unsettled, true
}

// leaveUnproved settles an outcome that nothing proves. It is final even if the run ends:
// otherwise the next part would take the user for one that this part deleted.
func (a Attested) leaveUnproved(o *user.Outcome) {
	a.address.doubted.Store(true)
	o.Status, o.Code = user.InDoubt, user.CodeUnprovedAbsent
	o.Detail = "the answer says that there is no such user, and nothing proves that it came from the right address"
}

// look reads the user, unless that was done to find the key.
func (a Attested) look(ctx context.Context, r *user.Record) (reading, error) {
	if a.Traits().OwnKeys && r.Remote == "" {
		return reading{}, nil
	}
	return a.read(ctx, r)
}

// reading is what a read found; nothing if it failed.
type reading struct{ destination.Found }

func (r reading) exists() bool {
	return r.Presence == destination.Same || r.Presence == destination.Different
}

// read reads a user. An API that denies the read may take every other call, so only an
// error that ends the run is one here.
func (a Attested) read(ctx context.Context, r *user.Record) (reading, error) {
	found, err := a.Find(ctx, r)
	switch {
	case err == nil:
		return reading{found}, nil
	case callError(err) != nil:
		return reading{}, nil
	}
	return reading{}, err
}

func (a Attested) wasDeleted(ctx context.Context, id string) (bool, error) {
	if a.seen.isConfirmed(id) {
		return true, nil
	}
	if a.absences.Memory == nil {
		return false, nil
	}
	return a.absences.Memory.WasDeleted(ctx, id)
}
