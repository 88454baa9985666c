package custom

import (
	"context"
	"errors"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

var errSilent = errors.New("the API did not answer the probe: of the config; check auth, base_url and the network")

// Probe makes the call that the config describes for it, and ignores what it shows. A
// success proves the credentials; so does a refusal whose status is not about
// credentials, unless it is a 404. Its error is a *destination.CallError.
func (c *Client) Probe(ctx context.Context) error {
	n := c.config.probe
	if n == nil {
		return nil
	}
	q, err := c.request(&n.Request, &n.answer, []*user.Record{{}})
	if err != nil {
		return err
	}
	a, err := c.api.Do(ctx, q)
	if err == nil {
		a.Release()
		return nil
	}
	if ce, ok := errors.AsType[*destination.CallError](err); ok && ce.Status == 0 && ce.Fault == destination.PerhapsTaken && ctx.Err() == nil {
		silent := *ce
		silent.Err = errSilent
		return &silent
	}
	return err
}

var errOfUser = errors.New("names a user, and is made before any user is sent; only {account} is possible there")

// probe reads the section of the call that proves the credentials.
func (d *decoder) probe(a document.Node, to *call) error {
	to.line, to.Method, to.Batch = a.Line, "GET", 1
	if err := d.Address(&to.Request).Read(a); err != nil {
		return err
	}
	if err := to.RequirePath(a, "/me"); err != nil {
		return err
	}
	if err := d.Check(a, &to.Request, nil); err != nil {
		return err
	}
	for _, name := range to.Names() {
		if name != request.Account {
			return a.Wrong(errOfUser)
		}
	}
	return nil
}
