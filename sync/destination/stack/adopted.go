package stack

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/parallel"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Adoption is how to take over users that may exist already and that the ledger does
// not know.
type Adoption uint8

// The ways to adopt users.
const (
	// Read reads each of them back before it is created.
	Read Adoption = iota
	// Assume takes the record for what the API holds, without a call. If it is
	// wrong, that does not show until the record changes.
	Assume
)

// Adopted takes over users that the API already holds, instead of creating them. A
// user equal to the record in everything it carries is Unchanged, code adopted. One
// that differs, or that the API does not return in full, Exists, so an update
// follows. One that is provably absent is created. One that cannot be read is Failed, or
// InDoubt if it was perhaps sent before.
type Adopted struct {
	destination.API
	How    Adoption
	Owners *owned.Owners // nil if the API makes no keys
	// Returning says that the users were deactivated: one who may still be is updated, even if
	// a read shows no difference.
	Returning bool
}

// Apply adopts the records of b if its call is a create, and sends all others.
func (a Adopted) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op != user.Create {
		return a.API.Apply(ctx, b)
	}
	if a.How == Assume {
		outcomes := make([]user.Outcome, len(b.Records))
		return outcomes, a.assume(ctx, b, outcomes)
	}
	return a.look(ctx, b, func(r *user.Record) bool { return r.Op == user.Upsert })
}

// look reads the users that may be there, and creates all who are not.
func (a Adopted) look(ctx context.Context, b user.Batch, mayBeThere func(*user.Record) bool) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	if err := a.read(ctx, b, outcomes, mayBeThere); err != nil {
		return verdict.Unresolved(b, outcomes), err
	}
	var absent []int
	for i := range outcomes {
		if outcomes[i].Status == user.Unsettled {
			absent = append(absent, i)
		}
	}
	return outcomes, a.create(ctx, b, outcomes, absent)
}

// read looks each user up, in parallel.
func (a Adopted) read(ctx context.Context, b user.Batch, outcomes []user.Outcome, mayBeThere func(*user.Record) bool) error {
	group, ctx := parallel.New(ctx)
	for i, r := range b.Records {
		if !mayBeThere(r) {
			continue
		}
		group.Go(func() error {
			found, err := verdict.OrUnknown(a.Find(ctx, r))
			if err != nil {
				return err
			}
			outcomes[i] = a.outcomeOf(r, found)
			return nil
		})
	}
	return group.Wait()
}

func (a Adopted) outcomeOf(r *user.Record, found destination.Found) user.Outcome {
	o := user.Outcome{HTTP: found.HTTP, Remote: found.Remote}
	found.PerhapsInactive = found.PerhapsInactive && a.Returning
	if found.Remote != "" {
		r.Remote = found.Remote
	}
	switch found.Presence {
	case destination.Another:
		return verdict.SameUser(found.Other, found.HTTP)
	case destination.Absent:
		return user.Outcome{}
	case destination.Same, destination.Different:
		o.Status = user.Exists
		if found.Presence == destination.Same && r.Op == user.Upsert && found.Shows(r) {
			o.Status, o.Code = user.Unchanged, user.CodeAdopted
		}
	default:
		if r.MaybeSent { // by an earlier part of the run
			o.Action, o.Status, o.Code = user.Create, user.InDoubt, user.CodeNoAnswer
			break
		}
		o.Status, o.Code = user.Failed, user.CodeUnread
		o.Detail = "could not be read before creating it; nothing was sent"
	}
	return o
}

func (a Adopted) create(ctx context.Context, b user.Batch, outcomes []user.Outcome, places []int) error {
	if len(places) == 0 {
		return nil
	}
	return verdict.ApplyAt(ctx, a.API, b, outcomes, places)
}

// assume settles every record without a call, even one that may have been sent
// before: the record says what the API holds, no matter who put it there.
func (a Adopted) assume(ctx context.Context, b user.Batch, outcomes []user.Outcome) error {
	var rest []int
	for i, r := range b.Records {
		switch {
		case r.Op != user.Upsert:
			rest = append(rest, i)
		case a.Traits().OwnKeys && r.Remote == "":
			outcomes[i] = user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote,
				Detail: "the API assigns its own keys; give this user's in a column remote_id"}
		default:
			mine, err := a.owns(ctx, r)
			if err != nil {
				return err
			}
			if outcomes[i] = verdict.SameUser(r.Remote, 0); mine {
				outcomes[i] = user.Outcome{Status: user.Unchanged, Code: user.CodeAssumed, Remote: r.Remote}
			}
		}
	}
	return a.create(ctx, b, outcomes, rest)
}

// owns reports whether the key in the row is the id's.
func (a Adopted) owns(ctx context.Context, r *user.Record) (bool, error) {
	if a.Owners == nil || r.Remote == "" {
		return true, nil
	}
	return a.Owners.Claim(ctx, r.Remote, r)
}
