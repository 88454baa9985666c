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

// create sends a new user. What a refusal over the e-mail or the id means is
// asked: the API's words for a duplicate are not documented.
func (c *Client) create(ctx context.Context, r *user.Record) (user.Outcome, error) {
	if lack := c.lacks(r); lack != nil {
		return c.meet(ctx, r, lack)
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
	case o.Status == user.Exists, o.Status == user.Refused && s.disputed(o.HTTP):
		return c.dispute(ctx, r, o)
	case o.Status == user.Created && s.id() == "":
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // the answer is documented to be the user
	}
	return o, nil
}

// withPassword returns r, or a copy that has a password which nobody knows.
func (w *form) withPassword(r *user.Record) *user.Record {
	if _, ok := r.User.Secret(user.Password); ok {
		return r
	}
	sent := *r
	// The ending keeps the rules that ask for every kind of character; the
	// secrecy lies in the 26 before it (130 bits).
	made := user.SecretAttribute{Field: user.Password, Value: user.NewSecret(rand.Text() + "-a7")}
	sent.User.Secrets = append(slices.Clone(r.User.Secrets), made)
	return &sent
}

// disputed reports whether a refused create may be one of somebody who exists:
// the e-mail or the id is blamed, or nothing in particular.
func (s *said) disputed(status int) bool {
	if status != http.StatusBadRequest && status != http.StatusConflict && status != http.StatusUnprocessableEntity {
		return false
	}
	fields := s.fields()
	return len(fields) == 0 || slices.ContainsFunc(fields, func(e fieldErrors) bool {
		return e.key == "" || e.key == "email" || e.key == "id"
	})
}

// dispute finds out whether the user exists. If not, but somebody else has the
// e-mail, the record is refused: that user is not ours to update. o is the
// refusal, which stands where nobody has it.
func (c *Client) dispute(ctx context.Context, r *user.Record, o user.Outcome) (user.Outcome, error) {
	if err := destination.Further(ctx, destination.ReadCall); err != nil {
		return o, err
	}
	found, err := c.Find(ctx, r)
	switch {
	case err != nil:
		return o, destination.OnlyRead(err)
	case found.Presence == destination.Unknown:
		return user.Outcome{Status: user.InDoubt, Code: user.CodeNoAnswer, HTTP: found.HTTP, RequestID: o.RequestID}, nil
	case found.Presence != destination.Absent:
		return user.Outcome{Status: user.Exists, HTTP: o.HTTP, RequestID: o.RequestID}, nil
	}
	o.Status = user.Refused
	if err := destination.Further(ctx, destination.ReadCall); err != nil {
		return o, err
	}
	owner, err := c.owner(ctx, r)
	switch {
	case err != nil && !astray(err):
		return o, destination.OnlyRead(err)
	case owner == r.User.ID: // an earlier create was slow, and has just come through
		return user.Outcome{Status: user.Exists, HTTP: o.HTTP, RequestID: o.RequestID}, nil
	case owner != "":
		o.Code, o.Detail = user.CodeExists, "another user of Konstantly has this e-mail address"
	}
	return o, nil
}

// astray reports whether a web server in front of the API found no such address:
// some will not pass on every e-mail. That is no wrong base_url, or the look by
// id had met it.
func astray(err error) bool {
	var ce *destination.CallError
	return errors.As(err, &ce) && ce.Status == http.StatusNotFound
}

// owner is the id of the user who has r's e-mail; "" if nobody has it.
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

// meet looks for a user who cannot be created from r: an upsert may find the
// user there all the same. lack says why.
func (c *Client) meet(ctx context.Context, r *user.Record, lack error) (user.Outcome, error) {
	found, err := c.Find(ctx, r)
	switch {
	case err != nil:
		return user.Outcome{}, destination.OnlyRead(err)
	case found.Presence == destination.Unknown:
		return user.Outcome{Status: user.Failed, Code: user.CodeUnread, HTTP: found.HTTP}, nil
	case found.Presence != destination.Absent:
		return user.Outcome{Status: user.Exists, HTTP: found.HTTP}, nil
	}
	o := user.Unsent(lack)
	o.HTTP = found.HTTP
	return o, nil
}
