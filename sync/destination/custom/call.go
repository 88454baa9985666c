package custom

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/answer"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

var errTooMany = errors.New("the call would carry more users than its batch: allows")

// Apply sends b in one call. It does not send users whose key in the API is needed
// and not known. Its error is a *destination.CallError.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	n := c.config.of(b.Op)
	switch {
	case len(b.Records) == 0:
		return nil, nil
	case n == nil || len(b.Records) > n.Batch:
		return nil, &destination.CallError{Fault: destination.RefusedWhole, Code: "too_many", Err: errTooMany}
	}
	outcomes := make([]user.Outcome, len(b.Records))
	var send []*user.Record
	for i, r := range b.Records {
		outcomes[i] = user.Outcome{Record: r, Status: user.Invalid, Code: user.CodeUnknownRemote}
		if r.Remote != "" || !slices.Contains(n.Names(), request.Remote) {
			send = append(send, r)
		}
	}
	if len(send) == 0 {
		return outcomes, nil
	}
	part, err := c.sendAll(ctx, n, b.Op, send)
	if err != nil {
		return nil, err
	}
	for i := range outcomes {
		if len(part) > 0 && outcomes[i].Record == part[0].Record {
			outcomes[i], part = part[0], part[1:]
		}
	}
	return outcomes, nil
}

// sendAll makes the call, with those for users who return.
func (c *Client) sendAll(ctx context.Context, n *call, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	if c.config.reactivate == nil || op != user.Update && !n.upsert || !slices.ContainsFunc(records, c.config.returns) {
		return c.send(ctx, n, op, records)
	}
	return c.sendReturning(ctx, n, op, records)
}

func (c *Client) send(ctx context.Context, n *call, op user.Op, records []*user.Record) ([]user.Outcome, error) {
	q, err := c.request(&n.Request, &n.answer, records)
	if err != nil {
		return nil, err
	}
	a, err := c.api.Do(ctx, q)
	if err != nil {
		return nil, n.answer.Fault(err)
	}
	defer a.Release()
	a.Body = c.redact(a.Body)
	if ce := a.WebPage(); ce != nil {
		return nil, ce
	}
	return n.answer.Settle(&c.answers, answer.Call{Op: op, Records: records, Upsert: n.upsert, Replay: n.replay}, a)
}

// request builds the call. Its error is a *destination.CallError: nothing was sent.
func (d *description) request(q *request.Request, layout *answer.Layout, records []*user.Record) (rest.Request, error) {
	r, err := q.Build(d.common, records)
	r.Collection = !layout.Defines("404") && !q.OfUser() // a 404 is about the address and not about a user
	return r, err
}

// redact removes the secrets that the config puts into headers from an answer: some
// servers quote what they were sent.
func (d *description) redact(body []byte) []byte {
	for _, secret := range d.config.hidden {
		if bytes.Contains(body, []byte(secret)) {
			body = bytes.ReplaceAll(body, []byte(secret), []byte("[secret]"))
		}
	}
	return body
}

// bodyText returns what the body of a fault says.
func (d *description) bodyText(body []byte) string {
	body = d.redact(body)
	v, err := jsontree.Parse(body)
	if err != nil {
		return rest.PlainText(body)
	}
	for _, n := range d.config.calls() {
		if text := n.answer.ErrorText(v); text != "" {
			return text
		}
	}
	return ""
}
