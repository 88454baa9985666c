package custom

import (
	"cmp"
	"context"

	"usersync/sync/destination"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// codeReactivated goes with Updated if the user was let in again.
const codeReactivated = "reactivated"

// returns reports whether the user of an update may have been deactivated: the ledger does
// not hold it. A row that says that the user is not active is obeyed.
func (c *Config) returns(r *user.Record) bool {
	if c.reactivate == nil || !r.NotHeld {
		return false
	}
	v, has := r.User.Value(user.Active)
	active, err := v.Bool()
	return !has || err != nil || active
}

// sendReturning makes a call, and those that let users in again who return: before it or
// after it. A user who could not be let in before it is not part of it.
func (c *Client) sendReturning(ctx context.Context, n *call, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	s := returning{client: c, records: records, outcomes: make([]user.Outcome, len(records))}
	send, err := s.before(ctx)
	if err != nil || len(send) == 0 {
		return s.outcomes, err
	}
	if err := s.next(ctx, op); err != nil {
		return nil, err
	}
	part, err := c.send(ctx, n, op, user.Batch{Records: records}.At(send).Records)
	if err != nil {
		return nil, err
	}
	for k, i := range send {
		let, remote := s.outcomes[i].Code, s.outcomes[i].Remote
		s.outcomes[i] = part[k]
		s.outcomes[i].Code = cmp.Or(part[k].Code, let)
		s.outcomes[i].Remote = shown(s.records[i], part[k].Remote, remote)
		if let != "" {
			noteLetIn(&s.outcomes[i])
		}
	}
	return s.outcomes, s.after(ctx, n, send)
}

// returning is a call with users who return.
type returning struct {
	client   *Client
	records  []*user.Record
	outcomes []user.Outcome
	calls    int
}

// next takes a turn for every call but the first, which has one.
func (s *returning) next(ctx context.Context, kind user.Op) error {
	if s.calls++; s.calls == 1 {
		return nil
	}
	return destination.NextCall(ctx, string(kind))
}

// before lets users in, and returns the places of the users that the call is to carry.
func (s *returning) before(ctx context.Context) (send []int, err error) {
	for i, r := range s.records {
		if s.client.config.reactivate.first && s.client.config.returns(r) {
			if err := s.letIn(ctx, i); err != nil {
				return nil, err
			}
			if o := &s.outcomes[i]; o.Status != user.Updated {
				o.Detail = vocabulary.Lead("not updated, and "+notLetIn(o), o.Detail)
				continue
			}
		}
		send = append(send, i)
	}
	return send, nil
}

// after lets users in who were updated. An update that must not be made again is not.
func (s *returning) after(ctx context.Context, n *call, sent []int) error {
	for _, i := range sent {
		if s.client.config.reactivate.first || s.outcomes[i].Status != user.Updated || !s.client.config.returns(s.records[i]) {
			continue
		}
		if err := s.letIn(ctx, i); err != nil {
			return err
		}
		o := &s.outcomes[i]
		if o.Status != user.Updated {
			o.Detail = vocabulary.Lead("updated, and "+notLetIn(o), o.Detail)
		}
		if o.Status == user.Busy && n.replay == destination.Unsafe {
			o.Status = user.Failed
		}
	}
	return nil
}

// notLetIn says how sure it is that a user was not let in.
func notLetIn(o *user.Outcome) string {
	if o.Status == user.Refused {
		return "not reactivated"
	}
	return "perhaps not reactivated"
}

// noteLetIn says of a user who was let in before an update that the update was not made.
func noteLetIn(o *user.Outcome) {
	switch o.Status {
	case user.Refused, user.Failed, user.Busy:
		o.Detail = vocabulary.Lead("reactivated, but not updated", o.Detail)
	case user.InDoubt:
		o.Detail = vocabulary.Lead("reactivated, and perhaps not updated", o.Detail)
	}
}

func (s *returning) letIn(ctx context.Context, i int) (err error) {
	if err := s.next(ctx, user.Update); err != nil {
		return err
	}
	remote := s.outcomes[i].Remote
	s.outcomes[i], err = s.client.letIn(ctx, s.records[i])
	s.outcomes[i].Remote = shown(s.records[i], remote, s.outcomes[i].Remote)
	return err
}

// shown returns the key that the answers to two calls for a user show: the one that is not the
// user's, if there is one.
func shown(r *user.Record, one, other string) string {
	if one == "" || one == r.Remote && other != "" {
		return other
	}
	return one
}

// letIn makes the call that lets one user in again. Its outcome is Updated, or says that
// the user is not let in: Busy if the call may be made again. Its error ends the run.
func (c *Client) letIn(ctx context.Context, r *user.Record) (user.Outcome, error) {
	o := user.Outcome{Record: r, Status: user.Busy, Code: user.CodeNotReactivated}
	part, err := c.send(ctx, &c.config.reactivate.call, user.Update, []*user.Record{r})
	switch ce := destination.AsCallError(err); {
	case err != nil && (ce == nil || ce.Fault == destination.Denied):
		return o, err
	case err != nil:
		o.Detail, o.HTTP, o.RequestID = ce.Detail, ce.Status, ce.RequestID
		if ce.Fault == destination.RefusedWhole {
			o.Status = user.Refused
		}
		return o, nil
	}
	got := part[0]
	o.Detail, o.HTTP, o.RequestID, o.Remote = got.Detail, got.HTTP, got.RequestID, got.Remote
	switch got.Status {
	case user.Updated, user.Created, user.Unchanged, user.Accepted:
		o.Status, o.Code, o.Detail = user.Updated, codeReactivated, ""
	case user.Refused, user.Missing:
		o.Status = user.Refused
	}
	return o, nil
}
