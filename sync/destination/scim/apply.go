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
		c.conflicts.add(b.Op, &outcomes[i])
		if outcomes[i], err = c.retryPatch(ctx, b.Op, outcomes[i]); err != nil {
			return nil, err
		}
		c.notePassword(b.Op, &outcomes[i])
	}
	return outcomes, nil
}

const codeNoPassword = "password_not_sent"

// notePassword notes on a success that the row's password was not sent.
func (e *encoder) notePassword(op user.Op, o *user.Outcome) {
	if o.Status != user.Updated && o.Status != user.Accepted || e.sendsPassword(op, o.Record) {
		return
	}
	if _, given := o.Record.User.Secret(user.Password); given && op == user.Update {
		o.Code, o.Detail = codeNoPassword, "updates do not send the password; set scim.passwords: always to send it every time"
	}
}

// conflicts are users whose create met a conflict and that are looked up next. If the
// search then finds no user, that does not prove that there is none.
type conflicts struct {
	mu  sync.Mutex
	ids map[string]bool
}

// add adds a user whose create met a conflict.
func (c *conflicts) add(op user.Op, o *user.Outcome) {
	r := o.Record
	if op == user.Create && o.Status == user.Exists && r.Remote == "" && (r.Op == user.Upsert || r.MaybeSent) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ids[r.User.ID] = true
	}
}

// take reports whether r had met a conflict, and forgets it.
func (c *conflicts) take(r *user.Record) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	conflicted := c.ids[r.User.ID]
	delete(c.ids, r.User.ID)
	return conflicted
}

// single sends one user in its own call.
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

// accept asks for SCIM's own type first, and for plain JSON if the server has no other
// (RFC 7644 3.1).
var accept = http.Header{"Accept": {media + ", application/json"}}

// settle returns the outcome of a call for one user.
func (d *decoder) settle(a *rest.Answer, op user.Op, r *user.Record) (user.Outcome, error) {
	s := reply{status: a.Status, location: a.Header.Get("Location"), request: a.RequestID, alone: true}
	body := bytes.TrimSpace(a.Body)
	if len(body) == 0 && bare(a.Status) || op == user.Create && len(body) == 0 && s.location != "" {
		return d.outcome(op, r, s), nil
	}
	if err := s.read(body); err != nil && a.Status/100 == 2 {
		return user.Outcome{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	}
	o := d.outcome(op, r, s)
	a.Explain(&o)
	if op == user.Create {
		a.Doubt(&o)
	}
	return o, nil
}

// bare reports whether an answer with this status may have no body.
func bare(status int) bool {
	return status == http.StatusNoContent || status == http.StatusAccepted || status/100 != 2
}
