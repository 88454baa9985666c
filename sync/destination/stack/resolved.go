package stack

import (
	"cmp"
	"context"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Resolved looks up the key that the API assigned to a user, if an update or a delete
// needs it and the record does not have it.
type Resolved struct{ destination.API }

// Apply sends the records whose keys are known or found. In a batch of several a
// failed read affects its own record only: otherwise a hundred reads would have to
// succeed at once.
func (k Resolved) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op == user.Create || !k.Traits().OwnKeys {
		return k.API.Apply(ctx, b)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	var send []int
	for i, r := range b.Records {
		var err error
		if outcomes[i], err = k.resolve(ctx, r); err != nil {
			ce := destination.AsCallError(err)
			if ce == nil || ce.Fault == destination.Denied || len(b.Records) == 1 {
				return nil, err
			}
			outcomes[i] = verdict.ToAll(ce, b.Of(b.Records[i:i+1]), destination.Safe)[0]
		}
		if outcomes[i].Status == user.Unsettled {
			send = append(send, i)
		}
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := k.API.Apply(ctx, b.At(send))
	if err != nil {
		return nil, err
	}
	for n, i := range send {
		part[n].Remote = cmp.Or(part[n].Remote, b.Records[i].Remote)
	}
	verdict.Place(outcomes, part, send)
	return outcomes, nil
}

// resolve sets the record's key, or returns an outcome if the key cannot be found.
func (k Resolved) resolve(ctx context.Context, r *user.Record) (user.Outcome, error) {
	if r.Remote != "" {
		return user.Outcome{}, nil
	}
	found, err := k.Find(ctx, r)
	if err != nil {
		return user.Outcome{}, destination.AsNotTaken(err)
	}
	if r.Remote = found.Remote; r.Remote != "" {
		return user.Outcome{}, nil
	}
	return withoutKey(r, found), nil
}

// withoutKey returns the outcome of a record that needs a key of the API, after a read
// that found none.
func withoutKey(r *user.Record, found destination.Found) user.Outcome {
	switch {
	case found.Presence == destination.Another:
		return verdict.SameUser(found.Other, found.HTTP)
	case found.Presence == destination.Absent:
		return user.Outcome{Status: user.Missing, HTTP: found.HTTP}
	case r.Op == user.Upsert: // a create met an existing user, and the API says no more
		return user.Outcome{Status: user.Refused, Code: user.CodeExists, HTTP: found.HTTP}
	}
	return user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote, HTTP: found.HTTP,
		Detail: "the API assigns its own keys, and this user's is not known; give it in a column remote_id"}
}
