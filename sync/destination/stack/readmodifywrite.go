package stack

import (
	"context"
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// ReadModifyWrite reads a user before a call that could clear what the record leaves
// out, and sends those values too. It does not read for a record that has every
// field, unless the API may hold attributes without a field (Open), or, if the call
// only replaces a set of fields, that has none of them. A record whose fields all
// match the read is not sent.
//
// It records who is about to be sent only after the read: a run that is killed while it
// reads has sent nothing.
type ReadModifyWrite struct {
	destination.API
	Sent func(user.Batch) error // an error ends the run; nil records nothing
}

// Apply reads and completes the records of a call whose traits ask for it.
func (m ReadModifyWrite) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	traits := m.Traits()
	if !traits.Ops[b.Op].Merge {
		return m.apply(ctx, b, b.Records)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	var send []int
	full := b.Of(slices.Clone(b.Records))
	for i, r := range b.Records {
		complete, settled, err := m.complete(ctx, b.Op, r, traits)
		if err != nil {
			return nil, err
		}
		if outcomes[i], full.Records[i] = settled, complete; settled.Status == user.Unsettled {
			send = append(send, i)
		}
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := m.apply(ctx, full.At(send), b.At(send).Records)
	for _, i := range send { // a completed record may be a copy
		r, sent := b.Records[i], full.Records[i]
		r.MaybeSent, r.PerhapsTaken = r.MaybeSent || sent.MaybeSent, r.PerhapsTaken || sent.PerhapsTaken
	}
	if err != nil {
		return nil, err
	}
	verdict.Place(outcomes, part, send)
	return outcomes, nil
}

// apply records that the original records are about to be sent, and sends b. Creates
// that must not be repeated are recorded elsewhere, right before their call.
func (m ReadModifyWrite) apply(ctx context.Context, b user.Batch, originals []*user.Record) ([]user.Outcome, error) {
	unsafe := b.Op == user.Create && m.Traits().Ops[user.Create].Replay == destination.Unsafe
	if recorded := func(r *user.Record) bool { return r.SentRecorded }; m.Sent != nil && !unsafe {
		fresh := originals
		if slices.ContainsFunc(originals, recorded) {
			fresh = slices.DeleteFunc(slices.Clone(originals), recorded)
		}
		if len(fresh) > 0 {
			if err := m.Sent(b.Of(fresh)); err != nil {
				return nil, err
			}
		}
		for _, r := range fresh {
			r.SentRecorded = true
		}
	}
	return m.API.Apply(ctx, b)
}

// complete returns the record with the API's other values added, or an outcome if
// nothing needs to be sent.
func (m ReadModifyWrite) complete(ctx context.Context, op user.Op, r *user.Record, traits destination.Traits) (*user.Record, user.Outcome, error) {
	if !needsRead(op, r, traits) {
		return r, user.Outcome{}, nil
	}
	found, err := m.Find(ctx, r)
	if err != nil {
		return nil, user.Outcome{}, destination.AsNotTaken(err)
	}
	if found.Remote != "" {
		r.Remote = found.Remote
	}
	switch {
	case found.Presence == destination.Another:
		return nil, verdict.SameUser(found.Other, found.HTTP), nil
	case found.Presence == destination.Unknown && traits.OwnKeys && r.Remote == "": // as where no read comes first
		return nil, withoutKey(r, found), nil
	case found.Presence == destination.Unknown:
		return nil, user.Outcome{Status: user.Failed, Code: user.CodeUnread, HTTP: found.HTTP}, nil
	case found.Presence == destination.Absent:
		return nil, user.Outcome{Status: user.Missing, HTTP: found.HTTP}, nil
	case found.Presence == destination.Same && found.Shows(r) && r.MaybeSent: // an earlier attempt was taken but not answered
		return nil, user.Outcome{Status: user.Updated, Code: user.CodeReadBack, HTTP: found.HTTP, Remote: found.Remote}, nil
	case found.Presence == destination.Same && found.Shows(r):
		return nil, user.Outcome{Status: user.Unchanged, Code: user.CodeSame, HTTP: found.HTTP, Remote: found.Remote}, nil
	}
	return fill(r, found.Held, traits.Ops[op].Set), user.Outcome{}, nil
}

// needsRead reports whether a call for r needs a read first.
func needsRead(op user.Op, r *user.Record, traits destination.Traits) bool {
	call := traits.Ops[op]
	if call.Set != "" {
		return call.Merge && hasAny(r, call.Set)
	}
	return call.Merge && (call.Open || !hasAll(r, traits.Fields))
}

// hasAny reports whether r carries a field of the set.
func hasAny(r *user.Record, set string) bool {
	return slices.ContainsFunc(r.User.Attributes, func(a user.Attribute) bool { return strings.HasPrefix(string(a.Field), set) })
}

func hasAll(r *user.Record, fields []user.Field) bool {
	for _, f := range fields {
		_, open := r.User.Value(f)
		_, secret := r.User.Secret(f)
		if !open && !secret && f != user.ID {
			return false
		}
	}
	return true
}

// fill returns r with the held attributes of the set that it leaves out; of all attributes if
// set is empty. It changes a copy.
func fill(r *user.Record, held []user.Attribute, set string) *user.Record {
	var missing []user.Attribute
	for _, a := range held {
		if _, ok := r.User.Value(a.Field); !ok && strings.HasPrefix(string(a.Field), set) {
			missing = append(missing, a)
		}
	}
	if len(missing) == 0 {
		return r
	}
	full := *r
	full.User.Attributes = slices.Concat(r.User.Attributes, missing)
	return &full
}
