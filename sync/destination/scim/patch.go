package scim

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// codeNoTarget: a filter in a path found nothing (RFC 7644 3.12).
const codeNoTarget = "noTarget"

// retryPatch repeats a PATCH that was refused because the user has no such e-mail
// address, phone number or the like yet. Nothing of it was done: RFC 7644 3.5.2.1 does
// not say what an add does if its filter finds nothing, and servers differ. It reads
// the user and adds what is missing as a whole.
func (c *Client) retryPatch(ctx context.Context, op user.Op, o user.Outcome) (user.Outcome, error) {
	if o.Status != user.Refused || o.HTTP != http.StatusBadRequest || o.Code != codeNoTarget || c.method(op) != http.MethodPatch {
		return o, nil
	}
	r := o.Record
	if err := destination.NextCall(ctx, destination.ReadCall); err != nil {
		return o, err
	}
	held, status, err := c.get(ctx, r)
	if held == nil || err != nil {
		return notRead(o, status, err)
	}
	if err := destination.NextCall(ctx, string(op)); err != nil {
		return o, err
	}
	again, err := c.call(ctx, op, r, rest.Request{
		Method: http.MethodPatch, Path: []string{usersPath, r.Remote}, Header: accept, Records: []*user.Record{r},
		Append: func(b []byte) []byte { return c.appendPatch(b, op, r, held) },
	})
	ce, failed := errors.AsType[*destination.CallError](err)
	switch {
	case !failed:
		return again, err
	case ce.Fault == destination.Denied:
		return o, err
	case ce.Fault == destination.PerhapsTaken:
		o.Status = user.InDoubt
	default:
		o.Status = user.Busy
	}
	o.Code, o.Detail, o.HTTP = ce.Code, ce.Detail, ce.Status
	return o, nil
}

// notRead is the outcome if the user could not be read: nothing was sent.
func notRead(o user.Outcome, status int, err error) (user.Outcome, error) {
	ce, failed := errors.AsType[*destination.CallError](err)
	switch {
	case failed && ce.Fault == destination.Denied, err != nil && !failed:
		return o, err
	case failed && ce.Fault != destination.RefusedWhole:
		o.Status, o.Code, o.Detail, o.HTTP = user.Busy, ce.Code, ce.Detail, ce.Status
	case status == http.StatusNotFound || status == http.StatusGone:
		o.Status, o.Code, o.Detail, o.HTTP = user.Missing, "", "", status
	}
	return o, nil
}

// appendPatch appends a PatchOp (RFC 7644 3.5.2) with the record's values. held is the
// user as the server returned it; nil if it was not read.
func (e *encoder) appendPatch(b []byte, op user.Op, r *user.Record, held *resource.Object) []byte {
	b = append(b, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`...)
	first := len(b)
	if op != user.Delete {
		b = e.appendChanges(b, first, r, held)
		if tellsExternalID(op, r) {
			b = appendChange(b, first, "replace", "externalId", resource.Quote(externalID(r)))
		}
		if password, ok := r.User.Secret(user.Password); ok && e.sendsPassword(op, r) {
			b = appendChange(b, first, "replace", "password", resource.Quote(password.Reveal()))
		}
	}
	if active := e.active(op, r); active != "" {
		b = appendChange(b, first, "replace", "active", jsontext.Value(active))
	}
	return append(b, "]}"...)
}

// appendChanges appends a change for each value. The parts of an element that is known
// to be missing are added together.
func (e *encoder) appendChanges(b []byte, first int, r *user.Record, held *resource.Object) []byte {
	missing := &resource.Object{}
	for _, l := range e.leaves(r) {
		if held == nil || l.Path.Where == "" || held.HasElement(l.Path) {
			b = l.appendChange(b, first, held != nil)
		} else if !l.clear {
			missing.Put(l.Path, l.raw)
		}
	}
	for _, m := range missing.Members {
		if extension, ok := m.Value.(*resource.Object); ok {
			for _, inner := range extension.Members {
				b = appendChange(b, first, "add", m.Name+":"+inner.Name, resource.Append(nil, inner.Value))
			}
			continue
		}
		b = appendChange(b, first, "add", m.Name, resource.Append(nil, m.Value))
	}
	return b
}

// appendChange appends one change. If it is not known what a filter finds, an add is
// right in both cases: it replaces an existing part (RFC 7644 3.5.2.1), while a replace
// of a missing one is refused (3.5.2.3).
func (l *leaf) appendChange(b []byte, first int, known bool) []byte {
	switch {
	case l.clear && l.Path.Where != "" && l.Path.Sub == "value":
		return appendChange(b, first, "remove", l.Path.Element(), nil)
	case l.clear:
		return appendChange(b, first, "remove", l.Text, nil)
	case l.Path.Where != "" && !known:
		return appendChange(b, first, "add", l.Text, l.raw)
	}
	return appendChange(b, first, "replace", l.Text, l.raw)
}

func appendChange(b []byte, first int, op, path string, value jsontext.Value) []byte {
	if len(b) > first {
		b = append(b, ',')
	}
	b = append(b, `{"op":"`...)
	b = append(b, op...)
	b = append(b, `","path":`...)
	b = rest.AppendText(b, path)
	if value != nil {
		b = append(b, `,"value":`...)
		b = append(b, value...)
	}
	return append(b, '}')
}

// get reads the user whose key is known; nil if there is none, or if the server returns
// another one.
func (c *Client) get(ctx context.Context, r *user.Record) (held *resource.Object, status int, err error) {
	a, err := c.api.Do(ctx, rest.Request{Method: http.MethodGet, Path: []string{usersPath, r.Remote}, Header: accept, Records: []*user.Record{r}})
	if err != nil {
		return nil, 0, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return nil, a.Status, ce
	}
	switch {
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return nil, a.Status, nil
	case a.Status/100 == 4:
		return nil, a.Status, unreadable(a, r)
	}
	tree, err := resource.Parse(a.Body)
	o, ok := tree.(*resource.Object)
	switch {
	case err != nil || !ok:
		return nil, a.Status, a.Fail(destination.PerhapsTaken, "not_json", "")
	case o.Text("id") != r.Remote:
		return nil, a.Status, nil
	}
	return o, a.Status, nil
}

func unreadable(a *rest.Answer, r *user.Record) error {
	s := reply{status: a.Status}
	if s.read(a.Body) != nil {
		s.body = body{}
	}
	return a.Fail(destination.RefusedWhole, s.code(a.Words(), r), s.detail(a.Words(), r))
}
