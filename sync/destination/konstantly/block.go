package konstantly

import (
	"context"
	"errors"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// block deactivates a user. The answer is documented to be the user, with
// isBanned true.
func (c *Client) block(ctx context.Context, r *user.Record) (user.Outcome, error) {
	a, s, err := c.do(ctx, rest.Request{
		Method: http.MethodPost, Path: []string{collection, blocked},
		Append: func(b []byte) []byte { return appendBlock(b, r.User.ID) },
	}, r, r)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	o := outcome(a, &s, user.Delete, r, r, user.Deleted)
	if o.Status != user.Deleted {
		return o, nil
	}
	switch banned, known := s.banned(); {
	case s.id() == "" || !known:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
	case !banned:
		o.Status, o.Code = user.InDoubt, codeActive
	default:
		o.Code = blocked
	}
	return o, nil
}

// active sees to it that a user who was just updated is not blocked. o is what
// the update came to.
func (c *Client) ensureActive(ctx context.Context, r *user.Record, o user.Outcome, banned, known bool) (user.Outcome, error) {
	if !known {
		if err := destination.Further(ctx, destination.ReadCall); err != nil {
			return o, err
		}
		found, err := c.Find(ctx, r)
		switch {
		case err != nil:
			return o, perhapsTaken(err)
		case found.Presence == destination.Absent:
			o.Status = user.Missing
			return o, nil
		case found.Presence == destination.Unknown:
			o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
			return o, nil
		}
		banned = isBlocked(found)
	}
	if !banned {
		return o, nil
	}
	return c.unblock(ctx, r, o)
}

// unblock activates a user. What the licence does not allow is refused; the
// update stands all the same.
func (c *Client) unblock(ctx context.Context, r *user.Record, updated user.Outcome) (user.Outcome, error) {
	if err := destination.Further(ctx, string(user.Update)); err != nil {
		return updated, err
	}
	a, s, err := c.do(ctx, rest.Request{Method: http.MethodDelete, Path: []string{collection, blocked, r.User.ID}}, r, r)
	if err != nil {
		return updated, perhapsTaken(err)
	}
	defer a.Release()
	o := outcome(a, &s, user.Update, r, r, user.Updated)
	switch banned, _ := s.banned(); {
	case o.Status == user.Missing: // of a user who was there: somebody else was quicker
		o.Status = user.InDoubt
	case o.Status == user.Updated && banned:
		o.Status, o.Code = user.InDoubt, codeBlocked
	case o.Status == user.Updated:
		o.Code, o.Detail = codeFreed, updated.Detail
	}
	return o, nil
}

// afterwards says of a call that failed behind one that was taken that the whole
// was perhaps taken: it did get through.
func perhapsTaken(err error) error {
	var ce *destination.CallError
	if errors.As(err, &ce) && ce.Fault != destination.Denied {
		late := *ce
		late.Fault = destination.PerhapsTaken
		return &late
	}
	return err
}
