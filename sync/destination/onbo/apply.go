package onbo

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

const collection = "users"

// Apply sends the one user of b in one call: POST for a create, PUT or DELETE.
func (c *Client) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if len(b.Records) == 0 {
		return nil, nil
	}
	if err := c.traits.CheckSize(b); err != nil {
		return nil, err
	}
	r := b.Records[0]
	o, needless := withoutCall(b.Op, r)
	if !needless {
		var err error
		if o, err = c.call(ctx, b.Op, r); err != nil {
			return nil, err
		}
	}
	o.Record = r
	return []user.Outcome{o}, nil
}

// withoutCall settles what must not be sent: a create of a user whose uuid is known
// would duplicate the user, and a path without a uuid leads to all users.
func withoutCall(op user.Op, r *user.Record) (o user.Outcome, settled bool) {
	switch {
	case op == user.Create && r.Remote != "":
		return user.Outcome{Status: user.Exists, Remote: r.Remote}, true
	case op != user.Create && r.Remote == "":
		return user.Outcome{Status: user.Invalid, Code: user.CodeUnknownRemote,
			Detail: "Onbo assigns uuids to its users, and this user's is not known"}, true
	}
	return o, false
}

func (c *Client) call(ctx context.Context, op user.Op, r *user.Record) (user.Outcome, error) {
	shown := []*user.Record{r, c.sent(r)}
	request := rest.Request{Method: http.MethodDelete, Path: []string{collection, r.Remote}, Records: shown}
	if op != user.Delete {
		d, err := c.draft(op, shown[1])
		if err != nil {
			return user.Unsent(err), nil // found invalid only when the call was built
		}
		request.Method, request.Append = http.MethodPut, d.append
	}
	if op == user.Create {
		request.Method, request.Path, request.Collection = http.MethodPost, []string{collection}, true
	}
	a, err := c.do(ctx, request, r)
	if err != nil {
		return user.Outcome{}, err
	}
	defer a.Release()
	o, err := classify(a, op, r, shown)
	if err == nil {
		c.explain(op, r, &o)
	}
	return o, err
}

// classify returns what the answer to a call means for its user.
func classify(a *rest.Answer, op user.Op, r *user.Record, shown []*user.Record) (user.Outcome, error) {
	o := a.InDoubt()
	if ce := a.WebPage(); ce != nil {
		return o, ce
	}
	switch {
	case a.Status/100 == 4:
		o.Detail = a.Words().Clean(bodyText(a.Body), "", shown...)
		refused(op, &o)
		a.Explain(&o)
		forgetRemote(r, o)
	case op == user.Delete && a.Status == http.StatusNoContent:
		o.Status, o.Code = user.Deleted, ""
	case a.Status == http.StatusOK || a.Status == http.StatusCreated: // 202 promises nothing and 204 shows no user
		return readSuccess(a, op, r, shown, o)
	}
	return o, nil
}

// readSuccess interprets a success, if it can be read.
func readSuccess(a *rest.Answer, op user.Op, r *user.Record, shown []*user.Record, o user.Outcome) (user.Outcome, error) {
	said, err := read(a.Body)
	if err != nil && op != user.Update {
		if words, ok := readWords(a.Body); ok {
			said, err = words, nil
		}
	}
	if err != nil {
		return o, a.Unreadable(err)
	}
	told := said.errorText()
	worded := told != ""
	if op == user.Delete && said.confirms() {
		worded = false
	}
	classifySuccess(said.key(), worded, op, r, &o)
	if o.Status == user.Created && said.otherEmail(shown[1]) {
		o.Status, o.Code, o.Remote = user.InDoubt, codeOtherID, ""
	}
	if told != "" {
		o.Detail = a.Words().Clean(told, "", shown...)
	}
	return o, nil
}

// refused sets the status of a 4xx. What a conflict looks like is not documented.
// One that looks like a conflict is final: without a look-up it is unknown which
// user exists, so no update may follow.
func refused(op user.Op, o *user.Outcome) {
	o.Status = user.Refused
	switch {
	case o.HTTP == http.StatusConflict && op == user.Create:
		o.Code = user.CodeExists
	case o.HTTP == http.StatusNotFound && op != user.Create:
		o.Status = user.Missing
	}
}

// forgetRemote removes a uuid that does not exist from a user that may be created
// next: it must not count as the result of that create, here or in the ledger.
func forgetRemote(r *user.Record, o user.Outcome) {
	if o.Status == user.Missing && r.Op == user.Upsert {
		r.Remote = ""
	}
}

const (
	codeMessage = "message"  // the status is a success, but there is a message instead of a user
	codeOtherID = "other_id" // the answer shows a different user
)

// classifySuccess accepts a success only if it shows the user, and no message. The
// answer to a delete need not show the user, and may confirm it in words.
func classifySuccess(key string, worded bool, op user.Op, r *user.Record, o *user.Outcome) {
	switch {
	case worded && key != "":
		o.Code = user.CodeContradiction
	case worded:
		o.Code = codeMessage
	case op == user.Delete && key == "":
		o.Status, o.Code = user.Deleted, ""
	case key == "":
		o.Code = user.CodeNoAnswer
	case op == user.Create:
		o.Status, o.Code, o.Remote = user.Created, "", key
	case !strings.EqualFold(key, r.Remote):
		o.Code = codeOtherID
	case op == user.Update:
		o.Status, o.Code = user.Updated, ""
	default:
		o.Status, o.Code = user.Deleted, ""
	}
}

const codeNoSSN = "ssn_not_sent"

// explain adds to a success what a person would not expect of it.
func (c *Client) explain(op user.Op, r *user.Record, o *user.Outcome) {
	if o.Status != user.Created && o.Status != user.Updated {
		return
	}
	var bad *user.InvalidError
	_, ssn := r.User.Secret(user.SSN)
	switch {
	case c.config.Checks == Warn && errors.As(c.brokenRule(r), &bad):
		o.Code, o.Detail = bad.Code, "sent, though "+string(bad.Field)+" "+bad.Rule
	case ssn && op == user.Update:
		o.Code, o.Detail = codeNoSSN, "an update does not carry the SSN; Onbo keeps the one it has"
	}
}
