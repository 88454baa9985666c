package destination

import (
	"context"

	"golang.org/x/sync/errgroup"

	"usersync/sync/user"
)

// turns is how often a record may change between create and update before the
// API is found to contradict itself.
const turns = 3

// Upserted turns the verdicts Exists and Missing into what the record's intent
// asks for: in an upsert a user who exists is updated and one who is missing
// created; else they are refused. No verdict leaves it.
type Upserted struct{ API }

// Apply sends b and follows up on what exists or is missing.
func (u Upserted) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := u.API.Apply(ctx, b)
	if err != nil {
		return unsettled(outcomes, len(b.Records)), err
	}
	var update, create []int
	for i := range outcomes {
		switch next := u.next(b.Op, &outcomes[i], b.Records[i]); next {
		case user.Update:
			update = append(update, i)
		case user.Create:
			create = append(create, i)
		}
	}
	if len(update)+len(create) == 0 {
		return outcomes, nil
	}
	if err := u.follow(ctx, b, outcomes, update, create); err != nil {
		return unsettled(outcomes, len(b.Records)), err
	}
	return outcomes, nil
}

// next settles the outcome where the intent does, or names the call to follow.
func (u Upserted) next(op user.Op, o *user.Outcome, r *user.Record) user.Op {
	switch {
	case o.Status == user.Exists && r.Op == user.Upsert:
		if _, can := u.Traits().Ops[user.Update]; can {
			return user.Update
		}
		o.Status, o.Code = user.Refused, user.CodeExists
	case o.Status == user.Exists:
		o.Status, o.Code = user.Refused, user.CodeExists
	case o.Status == user.Missing && op == user.Delete && r.Maybe:
		o.Status, o.Code = user.Deleted, user.CodeReplayed
	case o.Status == user.Missing && op == user.Delete:
		o.Status, o.Code = user.Deleted, user.CodeAlreadyAbsent
	case o.Status == user.Missing && r.Op == user.Upsert:
		return user.Create
	case o.Status == user.Missing:
		o.Status, o.Code = user.Refused, user.CodeMissing
	}
	return ""
}

// follow makes the calls that follow, side by side. Users who are created in
// spite of an earlier "exists" go alone, so that the answer is about nobody
// else.
func (u Upserted) follow(ctx context.Context, b user.Batch, outcomes []user.Outcome, update, create []int) error {
	group, ctx := errgroup.WithContext(ctx)
	send := func(op user.Op, places []int) {
		group.Go(func() error { return u.sendOn(ctx, op, b, outcomes, places) })
	}
	size := u.Traits().Ops[user.Update].Max
	for len(update) > 0 {
		n := min(size, len(update))
		send(user.Update, update[:n])
		update = update[n:]
	}
	for i := range create {
		send(user.Create, create[i:i+1])
	}
	return group.Wait()
}

// sendOn makes one follow-up call and those that follow from it, for as many
// turns as an API that is changed by others may need.
func (u Upserted) sendOn(ctx context.Context, op user.Op, b user.Batch, outcomes []user.Outcome, places []int) error {
	for range turns {
		part := pick(b, places)
		for _, r := range part.Records {
			r.Maybe, r.Spent = false, 0
		}
		got, err := u.API.Apply(ctx, user.Batch{Number: b.Number, Op: op, Records: part.Records})
		if got != nil {
			place(outcomes, got, places)
		}
		if err != nil {
			return err
		}
		var next user.Op
		var left []int
		for n, i := range places {
			if then := u.next(op, &outcomes[i], part.Records[n]); then != "" {
				next, left = then, append(left, i)
			}
		}
		if len(left) == 0 {
			return nil
		}
		op, places = next, left
	}
	for _, i := range places {
		outcomes[i].Status, outcomes[i].Code = user.Failed, user.CodeContradiction
	}
	return nil
}
