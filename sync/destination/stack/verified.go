package stack

import (
	"context"
	"slices"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/parallel"
	"usersync/sync/destination/verdict"
	"usersync/sync/destination/wait"
	"usersync/sync/user"
)

// Verified reads back what is in doubt, and users that exist although we may have
// created them ourselves. What is proven absent is sent again, while it has retries
// left.
type Verified struct {
	destination.API
	Retries int // the same limit as Retried's, for all attempts together
	// Quiet is when calls for a user are over: those of an earlier process, which may have
	// just been killed, and those of this one that got no answer. A user who was perhaps
	// created is not looked up before that, and no further row of a user is sent. Nil waits
	// for nothing.
	Quiet *Quiet
}

// Apply sends b and reads back what needs it.
func (v Verified) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := v.first(ctx, b)
	for err == nil {
		var doubtful, again []int
		for i := range outcomes {
			if needsReadBack(b.Op, outcomes[i], b.Records[i]) {
				doubtful = append(doubtful, i)
			}
		}
		if len(doubtful) == 0 {
			break
		}
		if again, err = v.readBack(ctx, b, outcomes, doubtful); err != nil || len(again) == 0 {
			break
		}
		err = verdict.ApplyAt(ctx, v.API, b, outcomes, again)
	}
	if err != nil {
		v.keepFound(b, outcomes)
		return verdict.Unresolved(b, outcomes), err
	}
	v.extendQuiet(b, outcomes)
	return outcomes, nil
}

// extendQuiet notes which users an attempt may still change, whatever a later one has done.
func (v Verified) extendQuiet(b user.Batch, outcomes []user.Outcome) {
	for i, r := range b.Records {
		if r.Unanswered || b.Op == user.Create && outcomes[i].Status == user.InDoubt && r.Attempts > 0 {
			v.Quiet.extend(r)
		}
	}
}

// keepFound sets MaybeSent for users that exist if the run ends before an update can
// follow. The status may come from a read-back, and a user made by a call that must
// not be repeated has to be looked up again before the next one.
func (v Verified) keepFound(b user.Batch, outcomes []user.Outcome) {
	for i := range outcomes {
		if outcomes[i].Status == user.Exists && !v.Traits().Blind {
			b.Records[i].MaybeSent = true
		}
	}
}

// first makes the first call, once no other call for its users is at work. If that is a create,
// it looks up the users that may have been sent before and that the call could make twice, and
// sends only those proven absent.
func (v Verified) first(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if err := v.waitForQuiet(ctx, b); err != nil {
		return nil, err
	}
	t := v.Traits()
	couldMakeTwice := func(r *user.Record) bool { return couldMakeTwice(r, t) }
	if b.Op != user.Create || !slices.ContainsFunc(b.Records, couldMakeTwice) {
		return v.API.Apply(ctx, b)
	}
	var doubtful, send []int
	for i, r := range b.Records {
		if couldMakeTwice(r) {
			doubtful = append(doubtful, i)
		} else {
			send = append(send, i)
		}
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for _, i := range doubtful {
		outcomes[i] = user.Outcome{Record: b.Records[i], Action: user.Create, Status: user.InDoubt, Code: user.CodeNoAnswer}
	}
	again, err := v.readBack(ctx, b, outcomes, doubtful)
	if err != nil {
		return outcomes, err
	}
	if send = append(send, again...); len(send) == 0 {
		return outcomes, nil
	}
	slices.Sort(send)
	return outcomes, verdict.ApplyAt(ctx, v.API, b, outcomes, send)
}

// couldMakeTwice reports whether a create could make a second user of the record's id. An
// API that makes the keys notices a second create by other values, such as a user name, and
// those may have changed since the first one.
func couldMakeTwice(r *user.Record, t destination.Traits) bool {
	return r.MaybeSent && (t.Ops[user.Create].Replay == destination.Unsafe || t.OwnKeys && r.PerhapsCreated && canLookUp(r, t))
}

func canLookUp(r *user.Record, t destination.Traits) bool {
	return !t.Blind && (!t.FindsByKey || r.Remote != "")
}

// waitForQuiet waits until other calls for the users of b are over. One that is not sent anyway,
// because it cannot be looked up, is not waited for.
func (v Verified) waitForQuiet(ctx context.Context, b user.Batch) error {
	if v.Quiet == nil {
		return nil
	}
	t, longest := v.Traits(), time.Duration(0)
	for _, r := range b.Records {
		perhaps := couldMakeTwice(r, t)
		if b.Op != user.Create {
			perhaps = r.PerhapsCreated
		}
		held := b.Op == user.Create && perhaps || b.Op != user.Create && t.OwnKeys && r.Remote == ""
		if !held || canLookUp(r, t) {
			longest = max(longest, v.Quiet.left(r, perhaps))
		}
	}
	if longest == 0 {
		return nil
	}
	return wait.For(ctx, longest)
}

// needsReadBack reports whether only a read-back can settle the record.
func needsReadBack(op user.Op, o user.Outcome, r *user.Record) bool {
	switch {
	case o.Code == user.CodeNotReactivated:
		return false // a read-back shows the update, and not whether the user was let in
	case o.Status == user.InDoubt:
		return r.MaybeSent && o.Code != user.CodeSameUser // otherwise a read-back could not tell
	case o.Status == user.Conflict:
		return true
	case o.Status == user.Exists && op == user.Create:
		return r.MaybeSent || o.Code == user.CodeWholeConflict && r.Op == user.Create
	}
	return verdict.RejectedTwice(o, r)
}

// readBack reads the given records in parallel, settles what it can, and returns the
// indexes of those that may be sent again.
func (v Verified) readBack(ctx context.Context, b user.Batch, outcomes []user.Outcome, doubtful []int) ([]int, error) {
	resend := make([]bool, len(doubtful))
	group, ctx := parallel.New(ctx)
	for n, i := range doubtful {
		group.Go(func() error {
			found, err := verdict.OrUnknown(v.lookUp(ctx, b.Op, b.Records[i]))
			if err != nil {
				return err
			}
			resend[n] = v.settle(b.Op, &outcomes[i], b.Records[i], found)
			// One read is enough, unless it could not show everything, or came too early.
			b.Records[i].MaybeSent = resend[n] && (found.Presence == destination.Same || b.Records[i].Unanswered)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var again []int
	for n, i := range doubtful {
		if resend[n] {
			again = append(again, i)
		}
	}
	return again, nil
}

// resolveByHand is what you can do if no run can find out.
const resolveByHand = "perhaps created, and the API cannot be searched by our id: look there, then run usersync ledger resolve ID with --remote KEY or --absent"

// lookUp reads a user back. If an old key leads nowhere, that says nothing about a
// create, which would have made another one.
func (v Verified) lookUp(ctx context.Context, op user.Op, r *user.Record) (destination.Found, error) {
	found, err := v.Find(ctx, r)
	if err != nil || op != user.Create || found.Presence != destination.Absent || r.Remote == "" || !v.Traits().OwnKeys {
		return found, err
	}
	r.Remote = ""
	return v.Find(ctx, r)
}
