package stack

import (
	"cmp"
	"context"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Keyed finds the key that the API made of a user, where an update or a delete
// needs it and the record does not know it.
type Keyed struct{ destination.API }

// Apply sends the records whose keys are known or found. In a batch of several a
// read that fails speaks for its own record only: else a hundred reads would have
// to go well at once, again and again.
func (k Keyed) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op == user.Create || !k.Traits().OwnKeys {
		return k.API.Apply(ctx, b)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	var send []int
	for i, r := range b.Records {
		var err error
		if outcomes[i], err = k.locate(ctx, r); err != nil {
			ce := callError(err)
			if ce == nil || ce.Fault == destination.Denied || len(b.Records) == 1 {
				return nil, err
			}
			outcomes[i] = spread(ce, b.Of(b.Records[i:i+1]), destination.Safe)[0]
		}
		if outcomes[i].Status == user.Unsettled {
			send = append(send, i)
		}
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := k.API.Apply(ctx, pick(b, send))
	if err != nil {
		return nil, err
	}
	for n, i := range send {
		part[n].Remote = cmp.Or(part[n].Remote, b.Records[i].Remote)
	}
	place(outcomes, part, send)
	return outcomes, nil
}

// locate gives the record its key, or an outcome where there is none to be had.
func (k Keyed) locate(ctx context.Context, r *user.Record) (user.Outcome, error) {
	if r.Remote != "" {
		return user.Outcome{}, nil
	}
	found, err := k.Find(ctx, r)
	if err != nil {
		return user.Outcome{}, destination.OnlyRead(err)
	}
	r.Remote = found.Remote
	switch {
	case found.Presence == destination.Absent:
		return user.Outcome{Status: user.Missing, HTTP: found.HTTP}, nil
	case r.Remote != "":
		return user.Outcome{}, nil
	case r.Op == user.Upsert: // a create met somebody of whom no more can be learned
		return user.Outcome{Status: user.Refused, Code: user.CodeExists, HTTP: found.HTTP}, nil
	}
	return user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote, HTTP: found.HTTP,
		Detail: "the API knows its users by keys of its own, and this one's is not known; give it in a column remote_id"}, nil
}
