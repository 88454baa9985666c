package owned

import (
	"cmp"
	"context"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Owned keeps the users of an API that makes its own keys apart: a record that leads to
// the key of another id of the scope is Refused, code same_user, before an update or a
// delete of that user. It sees every key, wherever it comes from: a read, an answer, or
// the row itself. Keys that the ledger holds for the record's own id need no claim.
type Owned struct {
	destination.API
	Owners *Owners
}

// Apply sends the records whose keys are not another id's, and claims the keys in the
// answer.
func (w Owned) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	send := make([]int, 0, len(b.Records))
	for i, r := range b.Records {
		mine, err := w.mayChange(ctx, b.Op, r)
		if err != nil {
			return nil, err
		}
		if !mine {
			outcomes[i] = verdict.SameUser(r.Remote, 0)
			continue
		}
		send = append(send, i)
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := w.API.Apply(ctx, b.At(send))
	if err != nil {
		return part, err
	}
	for n, i := range send {
		if err := w.claim(ctx, b.Op, b.Records[i], &part[n]); err != nil {
			return nil, err
		}
	}
	verdict.Place(outcomes, part, send)
	return outcomes, nil
}

// mayChange reports whether an update or a delete of the record's user is not of another
// id's.
func (w Owned) mayChange(ctx context.Context, op user.Op, r *user.Record) (bool, error) {
	switch {
	case op == user.Create || r.Remote == "":
		return true, nil
	case r.OwnRemote:
		return w.Owners.Claim(ctx, r.Remote, r)
	}
	return !w.Owners.IsDisputed(r.Remote), nil
}

// claim claims the key that an answer gives a user. If it is another id's, the API has
// not made or changed a user of this id.
func (w Owned) claim(ctx context.Context, op user.Op, r *user.Record, o *user.Outcome) error {
	if o.Code == "" && r.Renamed && o.Status == user.Updated {
		o.Code = user.CodeRenamed
	}
	known := r.Remote
	if op == user.Create {
		known = ""
	}
	switch {
	case o.Status == user.Deleted && known != "" && (o.Remote == "" || o.Remote == known):
		w.Owners.Free(known, r)
	case o.Remote != "" && o.Remote != known:
		mine, err := w.Owners.Claim(ctx, o.Remote, r)
		if err != nil {
			return err
		}
		if !mine {
			return w.anothers(ctx, op, r, o)
		}
		if known != "" {
			w.Owners.Free(known, r)
		}
		if o.Status == user.Deleted {
			w.Owners.Free(o.Remote, r)
		}
	}
	return nil
}

// anothers sets the outcome of a record whose answer has the key of another id. An API that
// has made a user, and calls that again what it called a deleted one, may mean a new user:
// if nothing tells, the record is in doubt. A create that can be repeated is refused: it
// will lead to the same user again.
func (w Owned) anothers(ctx context.Context, op user.Op, r *user.Record, o *user.Outcome) error {
	unsafe := op == user.Create && w.Traits().Ops[op].Replay == destination.Unsafe
	made := o.Status == user.Created || o.Status == user.Accepted || o.Status == user.InDoubt
	reused := false
	if unsafe && made {
		var err error
		if reused, err = w.mayBeReused(ctx, r, o.Remote); err != nil {
			return err
		}
	}
	if reused {
		w.Owners.Dispute(o.Remote)
		o.Status, o.Code, o.Detail = user.InDoubt, user.CodeSameUser, user.ReusedKeyDetail
		return nil
	}
	o.Status, o.Code, o.Detail = user.Refused, user.CodeSameUser, user.SameUserDetail
	return nil
}

// mayBeReused reports whether the API may have given a key, which another id has, to a new
// user: not if this run has sent the user of that id, nor if a read shows other values than
// the record's.
func (w Owned) mayBeReused(ctx context.Context, r *user.Record, remote string) (bool, error) {
	if there, err := w.Owners.isThere(ctx, remote, r); err != nil || there {
		return false, err
	}
	found, err := verdict.OrUnknown(w.API.Find(ctx, r.WithRemote(remote)))
	return found.Presence != destination.Different || found.Remote != "" && found.Remote != remote, err
}

// Find reads a user. If that is another id's, the presence is Another. While it is not known
// whose the user's key is, no read says anything of it.
func (w Owned) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if w.Owners.IsDisputed(r.Remote) {
		return destination.Found{}, nil
	}
	found, err := w.API.Find(ctx, r)
	if err != nil {
		return found, err
	}
	anothers := false
	switch {
	case found.Remote != "" && (found.Remote != r.Remote || r.OwnRemote):
		var mine bool
		mine, err = w.Owners.Claim(ctx, found.Remote, r)
		anothers = !mine
	case found.Remote == "" && found.Other != "":
		anothers, err = w.Owners.IsAnothers(ctx, found.Other, r)
		if r.Renamed {
			found.Remote, found.Other = found.Other, ""
		}
	}
	if err != nil {
		return destination.Found{}, err
	}
	if anothers {
		return destination.Found{Presence: destination.Another, Other: cmp.Or(found.Remote, found.Other), HTTP: found.HTTP}, nil
	}
	return found, nil
}
