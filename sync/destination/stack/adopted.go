package stack

import (
	"context"

	"golang.org/x/sync/errgroup"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Adoption is how users who perhaps exist already, and of whom nothing is
// remembered, become ours.
type Adoption uint8

// The ways.
const (
	// Read reads each of them back before it is created.
	Read Adoption = iota
	// Assume takes it that the API holds just what the record says, and makes no
	// call. Where that is wrong nobody finds out before the record changes.
	Assume
)

// Adopted takes users over whom the API holds already, instead of creating them.
// Who is the same, in all that the record carries, is Unchanged, code adopted. Who
// differs, or is not shown whole, Exists, so that an update follows. Who is
// provably absent is created. Who cannot be read is neither: Failed.
type Adopted struct {
	destination.API
	How Adoption
}

// Apply adopts the records of b, if its call is a create, and sends the others.
func (a Adopted) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op != user.Create {
		return a.API.Apply(ctx, b)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	if a.How == Assume {
		return outcomes, a.assume(ctx, b, outcomes)
	}
	if err := a.read(ctx, b, outcomes); err != nil {
		return unsettled(b, outcomes), err
	}
	var absent []int
	for i := range outcomes {
		if outcomes[i].Status == user.Unsettled {
			absent = append(absent, i)
		}
	}
	return outcomes, a.create(ctx, b, outcomes, absent)
}

// read looks at each user, side by side.
func (a Adopted) read(ctx context.Context, b user.Batch, outcomes []user.Outcome) error {
	group, ctx := errgroup.WithContext(ctx)
	for i, r := range b.Records {
		if r.Op != user.Upsert {
			continue
		}
		group.Go(func() error {
			found, err := told(a.Find(ctx, r))
			if err != nil {
				return err
			}
			outcomes[i] = a.judge(r, found)
			return nil
		})
	}
	return group.Wait()
}

func (a Adopted) judge(r *user.Record, found destination.Found) user.Outcome {
	o := user.Outcome{HTTP: found.HTTP, Remote: found.Remote}
	if found.Remote != "" {
		r.Remote = found.Remote
	}
	switch found.Presence {
	case destination.Absent:
		return user.Outcome{}
	case destination.Same, destination.Different:
		o.Status = user.Exists
		if found.Presence == destination.Same && found.Shows(r) {
			o.Status, o.Code = user.Unchanged, user.CodeAdopted
		}
	default:
		o.Status, o.Code = user.Failed, user.CodeUnread
		o.Detail = "it was to be read before it is created, and could not be; nothing was sent"
	}
	return o
}

func (a Adopted) create(ctx context.Context, b user.Batch, outcomes []user.Outcome, places []int) error {
	if len(places) == 0 {
		return nil
	}
	return applyAt(ctx, a.API, b, outcomes, places)
}

// assume settles all without a call, also who was perhaps sent before: the record
// says what the API holds, whoever brought it there.
func (a Adopted) assume(ctx context.Context, b user.Batch, outcomes []user.Outcome) error {
	var others []int
	for i, r := range b.Records {
		switch {
		case r.Op != user.Upsert:
			others = append(others, i)
		case a.Traits().OwnKeys && r.Remote == "":
			outcomes[i] = user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote,
				Detail: "the API knows its users by keys of its own; give this one's in a column remote_id"}
		default:
			outcomes[i] = user.Outcome{Status: user.Unchanged, Code: user.CodeAssumed, Remote: r.Remote}
		}
	}
	return a.create(ctx, b, outcomes, others)
}
