package scim

import (
	"bytes"
	"context"
	"net/http"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Apply sends b in one call: to /Bulk, or a single user to /Users.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if len(b.Records) == 0 {
		return nil, nil
	}
	if err := c.traits.CheckSize(b); err != nil {
		return nil, err
	}
	var outcomes []user.Outcome
	var err error
	if len(b.Records) == 1 && !c.config.Upload {
		outcomes = make([]user.Outcome, 1)
		outcomes[0], err = c.single(ctx, b.Op, b.Records[0])
	} else {
		outcomes, err = c.bulk(ctx, b.Op, b.Records)
	}
	if err != nil {
		return nil, err
	}
	for i := range outcomes {
		c.conflicts.remember(b.Op, &outcomes[i])
		if outcomes[i], err = c.aim(ctx, b.Op, outcomes[i]); err != nil {
			return nil, err
		}
		c.remark(b.Op, &outcomes[i])
	}
	return outcomes, nil
}

const codeNoPassword = "password_not_sent"

// remark says of a success that the row's password did not go with it.
func (e *encoder) remark(op user.Op, o *user.Outcome) {
	if o.Status != user.Updated && o.Status != user.Accepted || e.sendsPassword(op, o.Record) {
		return
	}
	if _, given := o.Record.User.Secret(user.Password); given && op == user.Update {
		o.Code, o.Detail = codeNoPassword, "an update does not carry the password; scim.passwords: always sends it each time"
	}
}

// conflicts are the users whose create met a conflict and who are looked up next: a
// search that then finds nobody has not proved that nobody is there.
type conflicts struct {
	mu  sync.Mutex
	ids map[string]bool
}

// remember notes such a user.
func (c *conflicts) remember(op user.Op, o *user.Outcome) {
	r := o.Record
	if op == user.Create && o.Status == user.Exists && r.Remote == "" && (r.Op == user.Upsert || r.MaybeSent) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ids[r.User.ID] = true
	}
}

// forget tells whether r had met a conflict, once.
func (c *conflicts) forget(r *user.Record) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	met := c.ids[r.User.ID]
	delete(c.ids, r.User.ID)
	return met
}

// single sends one user in a call of its own.
func (c *Client) single(ctx context.Context, op user.Op, r *user.Record) (user.Outcome, error) {
	request := rest.Request{
		Method: c.method(op), Path: []string{usersPath}, Header: accept, Records: []*user.Record{r}, Collection: op == user.Create,
	}
	if op != user.Create {
		request.Path = append(request.Path, r.Remote)
	}
	if request.Method != http.MethodDelete {
		request.Append = func(b []byte) []byte { return c.appendBody(b, op, r) }
	}
	return c.call(ctx, op, r, request)
}

func (c *Client) call(ctx context.Context, op user.Op, r *user.Record, request rest.Request) (user.Outcome, error) {
	a, err := c.api.Do(ctx, request)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return user.Outcome{}, ce
	}
	return c.settle(a, op, r)
}

// accept asks for SCIM's own type first, and for plain JSON where the server
// has no other (RFC 7644 3.1).
var accept = http.Header{"Accept": {media + ", application/json"}}

// settle judges the answer to a call for one user.
func (d *decoder) settle(a *rest.Answer, op user.Op, r *user.Record) (user.Outcome, error) {
	s := said{status: a.Status, location: a.Header.Get("Location"), request: a.RequestID, alone: true}
	body := bytes.TrimSpace(a.Body)
	if len(body) == 0 && bare(a.Status) || op == user.Create && len(body) == 0 && s.location != "" {
		return d.judge(op, r, s), nil
	}
	if err := s.read(body); err != nil && a.Status/100 == 2 {
		return user.Outcome{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	}
	return d.judge(op, r, s), nil
}

// bare reports whether an answer of this status may be without a body.
func bare(status int) bool {
	return status == http.StatusNoContent || status == http.StatusAccepted || status/100 != 2
}
