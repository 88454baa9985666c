package konstantly

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// create sends a new user. If it is refused because of the e-mail or the id, create
// asks whether the user exists: the error for a duplicate is not documented.
func (c *Client) create(ctx context.Context, r *user.Record) (user.Outcome, error) {
	if lack := c.missingForCreate(r); lack != nil {
		return c.findInstead(ctx, r, lack)
	}
	sent := c.withPassword(r)
	a, s, err := c.do(ctx, rest.Request{
		Method: http.MethodPost, Path: []string{collection}, Collection: true,
		Append: func(b []byte) []byte { return c.appendNew(b, sent) },
	}, r, sent)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	o := outcome(a, &s, user.Create, r, sent, user.Created)
	switch {
	case o.Status == user.Exists, o.Status == user.Refused && s.mayBeConflict(o.HTTP):
		return c.resolveConflict(ctx, r, o)
	case o.Status == user.Created && s.id() == "":
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // the documented answer is the user
	}
	return o, nil
}

// withPassword returns r, or a copy with a random password if r has none.
func (w *form) withPassword(r *user.Record) *user.Record {
	if _, ok := r.User.Secret(user.Password); ok {
		return r
	}
	sent := *r
	// The suffix satisfies rules that require every kind of character; the 26
	// characters before it are random (130 bits).
	made := user.SecretAttribute{Field: user.Password, Value: user.NewSecret(rand.Text() + "-a7")}
	sent.User.Secrets = append(slices.Clone(r.User.Secrets), made)
	return &sent
}

// mayBeConflict reports whether a create may have been refused because the user
// exists: the error is about the e-mail, the id, or nothing in particular.
func (s *answer) mayBeConflict(status int) bool {
	if status != http.StatusBadRequest && status != http.StatusConflict && status != http.StatusUnprocessableEntity {
		return false
	}
	fields := s.fieldErrors()
	return len(fields) == 0 || slices.ContainsFunc(fields, func(e fieldError) bool {
		return e.key == "" || e.key == "email" || e.key == "id"
	})
}

// resolveConflict finds out whether the user exists. If not, but another user has
// the e-mail, the record is refused: that user must not be updated. o is the
// refusal, which remains if no user has the e-mail.
func (c *Client) resolveConflict(ctx context.Context, r *user.Record, o user.Outcome) (user.Outcome, error) {
	if err := destination.NextCall(ctx, destination.ReadCall); err != nil {
		return o, err
	}
	found, err := c.Find(ctx, r)
	switch {
	case err != nil:
		return o, destination.AsNotTaken(err)
	case found.Presence == destination.Unknown:
		return user.Outcome{Status: user.InDoubt, Code: user.CodeNoAnswer, HTTP: found.HTTP, RequestID: o.RequestID}, nil
	case found.Presence != destination.Absent:
		return user.Outcome{Status: user.Exists, HTTP: o.HTTP, RequestID: o.RequestID}, nil
	}
	o.Status = user.Refused
	if err := destination.NextCall(ctx, destination.ReadCall); err != nil {
		return o, err
	}
	owner, err := c.owner(ctx, r)
	switch {
	case err != nil && !isNotFound(err):
		return o, destination.AsNotTaken(err)
	case owner == r.User.ID: // an earlier create was slow, and has just finished
		return user.Outcome{Status: user.Exists, HTTP: o.HTTP, RequestID: o.RequestID}, nil
	case owner != "":
		o.Code, o.Detail = user.CodeExists, "another user of Konstantly has this e-mail address"
	}
	return o, nil
}

// isNotFound reports whether a web server in front of the API found no such
// address: some do not accept every e-mail in a path. The base_url is not wrong, or
// the read by id would have failed too.
func isNotFound(err error) bool {
	var ce *destination.CallError
	return errors.As(err, &ce) && ce.Status == http.StatusNotFound
}

// owner returns the id of the user who has r's e-mail; "" if there is none.
func (c *Client) owner(ctx context.Context, r *user.Record) (string, error) {
	email, _ := r.User.Value(user.Email)
	text, _ := email.Plain()
	a, s, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: []string{collection, "byEmail", text}}, r, r)
	if err != nil {
		return "", err
	}
	defer a.Release()
	switch {
	case a.Status/100 != 2:
		return "", nil
	case s.failed() || s.id() == "":
		return "", a.Fail(destination.PerhapsTaken, codeInside, "")
	}
	return s.id(), nil
}

// findInstead looks up a user who cannot be created from r, because an upsert may
// still find it. lack says why it cannot be created.
func (c *Client) findInstead(ctx context.Context, r *user.Record, lack error) (user.Outcome, error) {
	found, err := c.Find(ctx, r)
	switch {
	case err != nil:
		return user.Outcome{}, destination.AsNotTaken(err)
	case found.Presence == destination.Unknown:
		return user.Outcome{Status: user.Failed, Code: user.CodeUnread, HTTP: found.HTTP}, nil
	case found.Presence != destination.Absent:
		return user.Outcome{Status: user.Exists, HTTP: found.HTTP}, nil
	}
	o := user.Unsent(lack)
	o.HTTP = found.HTTP
	return o, nil
}
