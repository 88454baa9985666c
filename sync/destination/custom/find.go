package custom

import (
	"context"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// Find reads one user. It does not compare fields that the answer does not show.
// Its error is a *destination.CallError.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	n := c.config.read
	if n == nil || slices.Contains(n.Names(), request.Remote) && r.Remote == "" {
		return destination.Found{}, nil
	}
	q, err := c.request(&n.Request, &n.shown.Layout, []*user.Record{r})
	if err != nil {
		return destination.Found{}, nil // no call was made, so nothing is known
	}
	a, err := c.api.Do(ctx, q)
	if err != nil {
		return destination.Found{}, n.shown.Fault(err)
	}
	defer a.Release()
	a.Body = c.redact(a.Body)
	if ce := a.WebPage(); ce != nil {
		return destination.Found{}, ce
	}
	found, err := n.shown.Find(&c.answers, r, a)
	found.PerhapsInactive = c.config.returns(r) && !isActive(found)
	return found, err
}

// isActive reports whether a read shows that the user is active.
func isActive(found destination.Found) bool {
	v, has := (&user.User{Attributes: found.Held}).Value(user.Active)
	active, err := v.Bool()
	return has && err == nil && active
}
