package stack

import (
	"cmp"
	"context"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/parallel"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// turns is how often a record may alternate between create and update before we
// conclude that the API contradicts itself.
const maxFollowUps = 3

// Upserted resolves Exists and Missing as the record's intent asks: an upsert updates
// a user that exists and creates one that is missing; other intents are refused.
// Neither status leaves it.
type Upserted struct{ destination.API }

// Apply sends b and follows up on users that exist or are missing.
func (u Upserted) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := u.API.Apply(ctx, b)
	if err == nil && slices.ContainsFunc(outcomes, unresolved) {
		places := make([]int, len(outcomes))
		for i := range places {
			places[i] = i
		}
		err = u.follow(ctx, b, outcomes, places, maxFollowUps)
	}
	if err != nil {
		return verdict.Unresolved(b, outcomes), err
	}
	return outcomes, nil
}

func unresolved(o user.Outcome) bool { return o.Status == user.Exists || o.Status == user.Missing }

// follow settles the given records, which b's call has just answered, and makes the
// follow-up calls in parallel. A create that follows "exists" carries one user, so its
// answer is about that user only.
func (u Upserted) follow(ctx context.Context, b user.Batch, outcomes []user.Outcome, places []int, left int) error {
	if err := u.confirm(ctx, b, outcomes, places); err != nil {
		return err
	}
	var update, create []int
	for _, i := range places {
		switch u.next(b.Op, &outcomes[i], b.Records[i]) {
		case user.Update:
			update = append(update, i)
		case user.Create:
			create = append(create, i)
		}
	}
	if len(update)+len(create) == 0 {
		return nil
	}
	if left == 0 {
		contradict(outcomes, update)
		contradict(outcomes, create)
		return nil
	}
	return u.followAll(ctx, b, outcomes, update, create, left)
}

// followAll makes the follow-up calls.
func (u Upserted) followAll(ctx context.Context, b user.Batch, outcomes []user.Outcome, update, create []int, left int) error {
	group, ctx := parallel.New(ctx)
	for part := range slices.Chunk(update, max(u.Traits().Ops[user.Update].Max, 1)) {
		group.Go(func() error { return u.sendOn(ctx, user.Update, b, outcomes, part, left-1) })
	}
	for part := range slices.Chunk(create, 1) {
		group.Go(func() error { return u.sendOn(ctx, user.Create, b, outcomes, part, left-1) })
	}
	return group.Wait()
}

// confirm reads users that are said to be missing before a create that cannot be
// repeated: one answer is not enough evidence for that. If the API makes the keys, the
// user may be there under another one, and a create might not meet it.
func (u Upserted) confirm(ctx context.Context, b user.Batch, outcomes []user.Outcome, places []int) error {
	t := u.Traits()
	unsafe := t.Ops[user.Create].Replay == destination.Unsafe
	missing := func(i int) bool {
		r := b.Records[i]
		return outcomes[i].Status == user.Missing && r.Op == user.Upsert && (unsafe || t.OwnKeys && r.Remote != "")
	}
	if !slices.ContainsFunc(places, missing) {
		return nil
	}
	group, ctx := parallel.New(ctx)
	for _, i := range places {
		if missing(i) {
			group.Go(func() error { return u.confirmOne(ctx, &outcomes[i], b.Records[i]) })
		}
	}
	return group.Wait()
}

// confirmOne treats a user that exists after all under another key as existing. Under
// the key that the call used, the API contradicts itself.
func (u Upserted) confirmOne(ctx context.Context, o *user.Outcome, r *user.Record) error {
	found, err := u.Find(ctx, r)
	if err == nil && found.Presence == destination.Absent && r.Remote != "" && u.Traits().OwnKeys {
		found, err = u.Find(ctx, r.WithoutRemote())
	}
	if ce := destination.AsCallError(err); err != nil && (ce == nil || ce.Fault == destination.Denied) {
		return err
	}
	exists := found.Presence == destination.Same || found.Presence == destination.Different
	switch {
	case err != nil:
		o.Status, o.Code = user.Failed, user.CodeUnread
	case found.Presence == destination.Another:
		*o = verdict.SameUserAfter(o, found)
	case exists && found.Remote != "" && found.Remote != r.Remote:
		o.Status, o.Remote = user.Exists, found.Remote
	case exists:
		o.Status, o.Code = user.Failed, user.CodeContradiction
	}
	return nil
}

// sendOn makes one follow-up call and those that follow from it.
func (u Upserted) sendOn(ctx context.Context, op user.Op, b user.Batch, outcomes []user.Outcome, places []int, left int) error {
	part := b.At(places)
	var unseen []int
	for n, r := range part.Records {
		if outcomes[places[n]].Code == codeUnseen {
			unseen = append(unseen, places[n])
		}
		r.MaybeSent, r.Unanswered, r.RetriesUsed = false, false, 0
		if op == user.Create && u.Traits().OwnKeys {
			r.Remote = "" // the old key leads nowhere, which says nothing about the new user
		} else {
			r.Remote = cmp.Or(outcomes[places[n]].Remote, r.Remote)
		}
	}
	part.Op = op
	got, err := u.API.Apply(ctx, part)
	if got != nil {
		verdict.Place(outcomes, got, places)
	}
	if err != nil {
		return err
	}
	b.Op = op
	if err := u.follow(ctx, b, outcomes, places, left); err != nil {
		return err
	}
	markInDoubt(outcomes, unseen)
	return nil
}

// markInDoubt takes back "refused" and "failed" for users that an earlier call may have
// made, because the API cannot show it.
func markInDoubt(outcomes []user.Outcome, places []int) {
	for _, i := range places {
		if o := &outcomes[i]; o.Status == user.Refused || o.Status == user.Failed {
			o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		}
	}
}

// contradict settles users for which the API said exists and missing in turn.
func contradict(outcomes []user.Outcome, places []int) {
	for _, i := range places {
		o := &outcomes[i]
		if o.Code == codeUnseen {
			o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
			continue
		}
		o.Status, o.Code = user.Failed, user.CodeContradiction
	}
}

// next settles the outcome if the intent decides it, or returns the call to follow.
func (u Upserted) next(op user.Op, o *user.Outcome, r *user.Record) user.Op {
	switch {
	case o.Status == user.Exists && r.Op == user.Upsert:
		if _, can := u.Traits().Ops[user.Update]; can {
			return user.Update
		}
		o.Status, o.Code = user.Refused, user.CodeExists
	case o.Status == user.Exists:
		o.Status, o.Code = user.Refused, user.CodeExists
	case o.Status == user.Missing && op == user.Delete && r.MaybeSent:
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
