package stack

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Verified reads back what is in doubt, and what exists though we may have
// made it ourselves. What is proved not to be there goes through the stack
// again, as long as it has retries left.
type Verified struct {
	destination.API
	Retries int // as Retried has them: all attempts together are bounded
	// Quiet is when the calls of an earlier process, which may have been killed just
	// now, are over. Before it nobody is looked for who was perhaps created by one.
	Quiet time.Time
}

// Apply sends b and reads back what needs it.
func (v Verified) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := v.first(ctx, b)
	for err == nil {
		var doubtful, again []int
		for i := range outcomes {
			if doubtfulVerdict(b.Op, outcomes[i], b.Records[i]) {
				doubtful = append(doubtful, i)
			}
		}
		if again, err = v.readBack(ctx, b, outcomes, doubtful); err != nil || len(again) == 0 {
			break
		}
		err = applyAt(ctx, v.API, b, outcomes, again)
	}
	if err != nil {
		v.keepFound(b, outcomes)
		return unsettled(b, outcomes), err
	}
	return outcomes, nil
}

// keepFound marks who exists as perhaps sent, where the run ends before an update
// can follow: a look may have told that, and whoever was made by a call that must
// not be made twice has to be looked at again before the next one.
func (v Verified) keepFound(b user.Batch, outcomes []user.Outcome) {
	for i := range outcomes {
		if outcomes[i].Status == user.Exists && !v.Traits().Blind {
			b.Records[i].Maybe = true
		}
	}
}

// first makes the first call. Where that is a create that cannot be replayed,
// users who were perhaps sent before are looked up instead, and only those sent
// who are proved not to be there.
func (v Verified) first(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	var doubtful, send []int
	for i, r := range b.Records {
		if r.Maybe {
			doubtful = append(doubtful, i)
		} else {
			send = append(send, i)
		}
	}
	if b.Op != user.Create || len(doubtful) == 0 || v.Traits().Ops[user.Create].Replay != destination.Unsafe {
		return v.API.Apply(ctx, b)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for _, i := range doubtful {
		outcomes[i] = user.Outcome{Record: b.Records[i], Status: user.InDoubt, Code: user.CodeNoAnswer}
	}
	if err := v.quiet(ctx, b, doubtful); err != nil {
		return outcomes, err
	}
	again, err := v.readBack(ctx, b, outcomes, doubtful)
	if err != nil {
		return outcomes, err
	}
	if send = append(send, again...); len(send) == 0 {
		return outcomes, nil
	}
	slices.Sort(send)
	return outcomes, applyAt(ctx, v.API, b, outcomes, send)
}

// quiet waits, if any of the records can be looked for.
func (v Verified) quiet(ctx context.Context, b user.Batch, places []int) error {
	t, left := v.Traits(), time.Until(v.Quiet)
	sees := func(i int) bool { return !t.Blind && (!t.FindsByKey || b.Records[i].Remote != "") }
	if left <= 0 || !slices.ContainsFunc(places, sees) {
		return nil
	}
	return Pause(ctx, left)
}

// doubtfulVerdict tells whether only a read-back can settle the record.
func doubtfulVerdict(op user.Op, o user.Outcome, r *user.Record) bool {
	switch {
	case o.Status == user.InDoubt:
		return r.Maybe // else a read-back could not tell
	case o.Status == user.Exists && op == user.Create:
		return r.Maybe || o.Code == user.CodeWholeConflict && r.Op == user.Create
	}
	return rejectedTwice(o, r)
}

// readBack reads the given records side by side, settles what it can, and
// returns the places of those that may be sent again.
func (v Verified) readBack(ctx context.Context, b user.Batch, outcomes []user.Outcome, doubtful []int) ([]int, error) {
	resend := make([]bool, len(doubtful))
	group, ctx := errgroup.WithContext(ctx)
	for n, i := range doubtful {
		group.Go(func() error {
			found, err := told(v.lookUp(ctx, b.Op, b.Records[i]))
			if err != nil {
				return err
			}
			resend[n] = v.settle(b.Op, &outcomes[i], b.Records[i], found)
			// Asked once is enough, unless the answer could not show what is there.
			b.Records[i].Maybe = resend[n] && found.Presence == destination.Same
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

// unshown is what a person can do where no run can.
const unshown = "perhaps created, and the API shows no user by our id: find out there, then say so with usersync ledger resolve ID, and --remote KEY or --absent"

// lookUp reads a user back. That an old key leads to nobody says nothing of a
// create, which would have made another one.
func (v Verified) lookUp(ctx context.Context, op user.Op, r *user.Record) (destination.Found, error) {
	found, err := v.Find(ctx, r)
	if err != nil || op != user.Create || found.Presence != destination.Absent || r.Remote == "" || !v.Traits().OwnKeys {
		return found, err
	}
	r.Remote = ""
	return v.Find(ctx, r)
}

// settle says what the read-back means, and whether the record is to be sent
// again.
func (v Verified) settle(op user.Op, o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	if found.Remote != "" {
		o.Remote = found.Remote
	}
	switch {
	case o.Status == user.Refused || o.Status == user.Failed:
		settleRejected(op, o, r, found)
		return false
	case found.Presence == destination.Unknown:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		if o.Detail == "" && op == user.Create && v.Traits().Unshown() {
			o.Detail = unshown
		}
		return false
	}
	switch op {
	case user.Create:
		return v.settleCreate(o, r, found)
	case user.Update:
		return v.settleUpdate(o, r, found)
	}
	return v.settleDelete(o, r, found)
}

// codeUnseen goes with Exists: the user was perhaps made by us with this very
// data, which the API does not show.
const codeUnseen = "unseen"

func (v Verified) settleCreate(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	ours := o.Status == user.InDoubt || r.Maybe
	switch {
	case found.Presence == destination.Absent && r.Attempts > 0 && v.Traits().Ops[user.Create].Replay == destination.Unsafe && !failed(o):
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		return false
	case found.Presence == destination.Absent:
		return v.resend(o, r)
	case found.Presence == destination.Same && ours && r.Op == user.Upsert && !found.Shows(r):
		o.Status, o.Code = user.Exists, codeUnseen // an update is right, whoever made it
	case found.Presence == destination.Same && o.Status == user.Exists && ours:
		o.Status, o.Code = user.Created, user.CodeReplayed
	case found.Presence == destination.Same && ours:
		o.Status, o.Code = user.Created, user.CodeReadBack
	case r.Op == user.Create:
		o.Status, o.Code = user.Refused, user.CodeExists
	default:
		o.Status, o.Code = user.Exists, ""
	}
	return false
}

// failed reports whether the API itself has ended the call, and not with a success.
// After a timeout, a lost connection or a gateway's answer it may still be at work,
// and after a success that cannot be believed its search may lag behind: that nobody
// is found yet proves nothing, and the next run looks again.
func failed(o *user.Outcome) bool {
	switch o.HTTP {
	case 0, http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return o.HTTP/100 != 2
}

// settleRejected says what became of the first try, when a repetition was
// rejected.
func settleRejected(op user.Op, o *user.Outcome, r *user.Record, found destination.Found) {
	same := found.Presence == destination.Same
	switch {
	case op == user.Create && same:
		o.Status, o.Code = user.Created, user.CodeReadBack
	case op == user.Update && same && found.Shows(r):
		o.Status, o.Code = user.Updated, user.CodeReadBack
	case op == user.Delete && found.Presence == destination.Absent:
		o.Status, o.Code = user.Deleted, user.CodeReadBack
	case op == user.Update && same, found.Presence == destination.Unknown:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
	}
}

func (v Verified) settleUpdate(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	switch {
	case found.Presence == destination.Absent:
		o.Status = user.Missing
		return false
	case found.Presence == destination.Same && found.Shows(r):
		o.Status, o.Code = user.Updated, user.CodeReadBack
		return false
	case found.Presence == destination.Same && r.Spent > v.Retries:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // what is not shown may have changed or not
		return false
	}
	return v.repeat(user.Update, o, r)
}

func (v Verified) settleDelete(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	if found.Presence == destination.Absent {
		o.Status, o.Code = user.Deleted, user.CodeReadBack
		return false
	}
	return v.repeat(user.Delete, o, r)
}

// repeat asks for another attempt at a call that shows no effect, unless it must
// not be made twice: it may still have one.
func (v Verified) repeat(op user.Op, o *user.Outcome, r *user.Record) bool {
	if v.Traits().Ops[op].Replay == destination.Unsafe {
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		return false
	}
	return v.resend(o, r)
}

// resend asks for another attempt if there is one left; else the record never
// got through, and that is known.
func (v Verified) resend(o *user.Outcome, r *user.Record) bool {
	if r.Spent <= v.Retries {
		return true
	}
	o.Status = user.Failed
	if o.Code == "" || o.Code == user.CodeWholeConflict {
		o.Code = user.CodeNotApplied
	}
	return false
}
