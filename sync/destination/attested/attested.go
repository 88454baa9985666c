// Package attested demands a proof when a delete finds no user. It makes no call but reads.
// Its tests are those of the stack.
//
// Start at Attested.
package attested

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/parallel"
	"usersync/sync/user"
)

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

// New returns the middleware for a run.
func New(api destination.API, a Absences) Attested {
	at := newAddress()
	at.doubted.Store(a.Doubted)
	return Attested{API: api, absences: a, address: at, seen: newDeletions(a.Earlier, a.Absorbed), flights: new(flights)}
}

// Apply sends b, and demands a proof for each user that a delete did not find.
func (a Attested) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, absent, err := a.send(ctx, b)
	if len(absent) == 0 {
		return outcomes, err
	}
	group, within := parallel.New(ctx)
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
	defer a.flights.end(a.flights.begin())
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
