package konstantly

import (
	"context"
	"net/http"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

const (
	collection = "users"
	blocked    = "blocked"
)

// Apply sends the one user of b: POST for a create, PATCH for an update, DELETE
// or a block for a delete, followed by the calls that these may need. Its error is
// a *destination.CallError.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if len(b.Records) == 0 {
		return nil, nil
	}
	if err := c.traits.CheckSize(b); err != nil {
		return nil, err
	}
	r := b.Records[0]
	o, err := c.apply(ctx, b.Op, r)
	if err != nil {
		return nil, err
	}
	o.Record = r
	return []user.Outcome{o}, nil
}

func (c *Client) apply(ctx context.Context, op user.Op, r *user.Record) (user.Outcome, error) {
	switch {
	case op == user.Create:
		return c.create(ctx, r)
	case op == user.Update:
		return c.update(ctx, r)
	case c.config.OnAbsent == Block:
		return c.block(ctx, r)
	}
	return c.remove(ctx, r)
}

// do makes one call about r. sent is r with generated values, which must not be
// shown either.
func (c *Client) do(ctx context.Context, request rest.Request, r, sent *user.Record) (*rest.Answer, answer, error) {
	request.Records = []*user.Record{r, sent}
	a, err := c.api.Do(ctx, request)
	if err != nil {
		return nil, answer{}, err
	}
	if ce := a.WebPage(); ce != nil {
		defer a.Release()
		ce.Detail += ", which ends in /openapi/v1"
		return nil, answer{}, ce
	}
	s, err := read(a.Body)
	if err != nil && a.Status/100 == 2 {
		defer a.Release()
		return nil, answer{}, a.Unreadable(err)
	}
	if err != nil {
		s = answer{}
	}
	return a, s, nil
}

// outcome returns what an answer says about r, before any further calls: success if
// nothing is wrong.
func outcome(a *rest.Answer, s *answer, op user.Op, r, sent *user.Record, success user.Status) user.Outcome {
	o := user.Outcome{Status: user.InDoubt, HTTP: a.Status, RequestID: a.RequestID}
	inside := s.status()
	switch {
	case a.Status/100 == 4:
		o.Status = statusFor(op, a.Status)
		o.Code, o.Detail = s.errorText(a.Words(), a.Status, r, sent)
		a.Explain(&o)
	case s.failed() && s.id() == "" && inside/100 == 4:
		o.Status, o.HTTP = statusFor(op, inside), inside
		o.Code, o.Detail = s.errorText(a.Words(), inside, r, sent)
	case s.failed():
		o.Code, o.Detail = codeInside, s.detail(a.Words(), r, sent)
	case s.id() != "" && s.id() != r.User.ID:
		o.Code = codeOtherID
	case a.Status != http.StatusOK && a.Status != http.StatusCreated && a.Status != http.StatusNoContent:
		o.Code = destination.StatusCode(a.Status) // not a success in the reference
	default:
		o.Status = success
	}
	return o
}

// statusFor returns what a 4xx status means for the user.
func statusFor(op user.Op, status int) user.Status {
	switch {
	case status == http.StatusConflict && op == user.Create:
		return user.Exists
	case status == http.StatusNotFound && op != user.Create:
		return user.Missing
	case status == 408:
		return user.InDoubt
	case status == 425 || status == 429:
		return user.Busy
	}
	return user.Refused
}

func (c *Client) remove(ctx context.Context, r *user.Record) (user.Outcome, error) {
	a, s, err := c.do(ctx, rest.Request{Method: http.MethodDelete, Path: []string{collection, r.User.ID}}, r, r)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	return outcome(a, &s, user.Delete, r, r, user.Deleted), nil
}

// update sends what r has. Except for the status 200, the answer to a PATCH is not
// documented: it has no body, or a user. Where a delete blocks, a blocked user was
// deleted by an earlier run, and is activated again.
func (c *Client) update(ctx context.Context, r *user.Record) (user.Outcome, error) {
	a, s, err := c.do(ctx, rest.Request{
		Method: http.MethodPatch, Path: []string{collection, r.User.ID},
		Append: func(b []byte) []byte { return c.appendChange(b, r) },
	}, r, r)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	o := outcome(a, &s, user.Update, r, r, user.Updated)
	if o.Status != user.Updated {
		return o, nil
	}
	o.Detail = c.notSent(r)
	if c.config.OnAbsent != Block {
		return o, nil
	}
	banned, known := s.banned()
	return c.ensureActive(ctx, r, o, banned, known)
}

// notSent says which fields of r an update does not send.
func (w *form) notSent(r *user.Record) string {
	var names []string
	for _, a := range r.User.Attributes {
		if createOnly(a.Field) {
			names = append(names, string(a.Field))
		}
	}
	if _, ok := r.User.Secret(user.Password); ok && w.config.Password != Always {
		names = append(names, string(user.Password))
	}
	if len(names) == 0 {
		return ""
	}
	return "not sent, as the user exists: " + strings.Join(names, ", ")
}
