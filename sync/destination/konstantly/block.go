package konstantly

import (
	"context"
	"errors"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// block deactivates a user. The documented answer is the user, with isBanned true.
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

// ensureActive makes sure that a user who was just updated is not blocked. o is the
// outcome of the update.
func (c *Client) ensureActive(ctx context.Context, r *user.Record, o user.Outcome, banned, known bool) (user.Outcome, error) {
	if !known {
		if err := destination.NextCall(ctx, destination.ReadCall); err != nil {
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
			o.Status, o.Code, o.Detail = user.InDoubt, user.CodeNoAnswer, perhapsBlocked
			return o, nil
		}
		banned = isBlocked(found)
	}
	if !banned {
		return o, nil
	}
	return c.unblock(ctx, r, o)
}

// What is said of a user who was updated and may still be blocked.
const (
	stillBlocked   = "updated, but still blocked"
	perhapsBlocked = "updated, and perhaps still blocked"
)

// unblock activates a user. If the licence does not allow it, the outcome is a
// refusal, although the update was made.
func (c *Client) unblock(ctx context.Context, r *user.Record, updated user.Outcome) (user.Outcome, error) {
	if err := destination.NextCall(ctx, string(user.Update)); err != nil {
		return updated, err
	}
	a, s, err := c.do(ctx, rest.Request{Method: http.MethodDelete, Path: []string{collection, blocked, r.User.ID}}, r, r)
	if err != nil {
		return updated, perhapsTaken(err)
	}
	defer a.Release()
	o := outcome(a, &s, user.Update, r, r, user.Updated)
	switch banned, _ := s.banned(); {
	case o.Status == user.Missing: // the user was there: another client was faster
		o.Status, o.Detail = user.InDoubt, vocabulary.Lead(perhapsBlocked, o.Detail)
	case o.Status == user.Updated && banned:
		o.Status, o.Code, o.Detail = user.InDoubt, codeBlocked, stillBlocked
	case o.Status == user.Updated:
		o.Code, o.Detail = codeFreed, updated.Detail
	case o.Status == user.InDoubt:
		o.Detail = vocabulary.Lead(perhapsBlocked, o.Detail)
	default:
		o.Detail = vocabulary.Lead(stillBlocked, o.Detail)
	}
	return o, nil
}

// perhapsTaken changes the fault of a call that failed after a successful one: the
// whole was perhaps taken, because the first call was.
func perhapsTaken(err error) error {
	var ce *destination.CallError
	if errors.As(err, &ce) && ce.Fault != destination.Denied {
		late := *ce
		late.Fault, late.Detail = destination.PerhapsTaken, vocabulary.Lead(perhapsBlocked, ce.Detail)
		return &late
	}
	return err
}
