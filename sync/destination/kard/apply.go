package kard

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Apply sends b in one call: POST for a create, PUT or DELETE of one user.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if len(b.Records) == 0 {
		return nil, nil
	}
	if err := c.traits.CheckSize(b); err != nil {
		return nil, err
	}
	if b.Op == user.Create {
		return c.create(ctx, b.Records)
	}
	o, err := c.single(ctx, b.Op, b.Records[0])
	if err != nil {
		return nil, err
	}
	return []user.Outcome{o}, nil
}

func (c *Client) create(ctx context.Context, records []*user.Record) ([]user.Outcome, error) {
	a, err := c.api.Do(ctx, rest.Request{
		Method: http.MethodPost, Path: c.users, Collection: true, Records: records,
		Append: func(body []byte) []byte { return appendUsers(body, records) },
	})
	if err != nil {
		return nil, err
	}
	defer a.Release()
	if !describesUsers(a.Status) {
		return a.InDoubt().For(records), nil
	}
	m := c.reader()
	defer c.readers.Put(m)
	if err := m.read(a.Body, records); err != nil {
		if a.Status/100 == 2 {
			return nil, a.Unreadable(err)
		}
		m.reset(nil, records)
	}
	return m.settle(a)
}

// describesUsers reports whether an answer describes users: any error, and the
// three successes in use. 202 promises nothing and 204 has no body.
func describesUsers(status int) bool {
	return status == 200 || status == 201 || status == 207 || status/100 != 2
}

func (c *Client) reader() *multiStatus {
	if m, ok := c.readers.Get().(*multiStatus); ok {
		return m
	}
	return new(multiStatus)
}

// single updates or deletes one user.
func (c *Client) single(ctx context.Context, op user.Op, r *user.Record) (user.Outcome, error) {
	request := rest.Request{Method: http.MethodDelete, Path: c.userPath(r.User.ID), Records: []*user.Record{r}}
	if op == user.Update {
		request.Method = http.MethodPut
		request.Append = func(body []byte) []byte { return appendOne(body, r) }
	}
	a, err := c.api.Do(ctx, request)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return user.Outcome{}, ce
	}
	m := c.reader()
	defer c.readers.Put(m)
	return m.settleOne(a, op, request.Records)
}

// settleOne interprets the answer to a PUT or DELETE of the only record.
func (m *multiStatus) settleOne(a *rest.Answer, op user.Op, only []*user.Record) (user.Outcome, error) {
	r := only[0]
	o := user.Outcome{Record: r, Status: user.InDoubt, HTTP: a.Status, RequestID: a.RequestID}
	switch {
	case a.Status == http.StatusNoContent && op == user.Delete:
		o.Status = user.Deleted
		return o, nil
	case a.Status == http.StatusNoContent || a.Status == http.StatusAccepted:
		o.Code = destination.StatusCode(a.Status)
		return o, nil
	}
	if err := m.read(a.Body, only); err != nil {
		if a.Status/100 == 2 {
			return o, a.Unreadable(err)
		}
		m.reset(nil, only)
	}
	if a.Status/100 == 4 {
		o.Status = statusFor(op, a.Status)
		o.Code, o.Detail = errorText(a.Words(), m.errors, a.Status, r)
		a.Explain(&o)
		return o, nil
	}
	return m.success(a.Words(), op, o), nil
}

// success interprets a success that was read. The answer to an update must show
// the user; that to a delete need not.
func (m *multiStatus) success(w *vocabulary.Vocabulary, op user.Op, o user.Outcome) user.Outcome {
	m.assignUnnamed()
	m.sort()
	switch named := m.named(); {
	case len(named) > 0:
		return m.attributeErrors(w, op, named, o)
	case m.unknownIDs > 0:
		o.Code = codeOtherID
	case op == user.Delete:
		o.Status = user.Deleted
	case m.anyEchoed:
		o.Status = user.Updated
	default:
		o.Code = user.CodeNoAnswer
	}
	return o
}

const codeOtherID = "other_id" // the answer shows a different user
