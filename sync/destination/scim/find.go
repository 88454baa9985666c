package scim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// Find reads one user: by the server's key if it is known, otherwise by externalId and
// userName. A user that only has the same userName is not ours: Different, without a
// key.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if r.Remote != "" {
		return c.read(ctx, r)
	}
	conflicted := c.conflicts.take(r)
	found, err := c.search(ctx, r)
	switch {
	case err != nil && conflicted:
		c.conflicts.add(user.Create, &user.Outcome{Record: r, Status: user.Exists}) // the next search needs it
	case found.Presence == destination.Absent && conflicted:
		found.Presence = destination.Unknown // the server contradicts itself
	}
	return found, err
}

// read reads the user whose key is known. Another user in the answer proves nothing.
func (c *Client) read(ctx context.Context, r *user.Record) (destination.Found, error) {
	held, status, err := c.get(ctx, r)
	switch {
	case err != nil:
		return destination.Found{}, err
	case held != nil:
		return c.compare(r, held, status), nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return destination.Found{Presence: destination.Absent, HTTP: status}, nil
	}
	return destination.Found{HTTP: status}, nil
}

// search looks for the user, the most reliable way first. A filter that the server does
// not support proves nothing.
func (c *Client) search(ctx context.Context, r *user.Record) (destination.Found, error) {
	unknown := false
	for n, q := range c.filters(r) {
		if n > 0 {
			if err := destination.NextCall(ctx, destination.ReadCall); err != nil {
				return destination.Found{}, err
			}
		}
		hits, err := c.ask(ctx, r, q)
		if err != nil {
			return destination.Found{}, err
		}
		found, settled := c.pick(r, &hits)
		if settled {
			return found, nil
		}
		unknown = unknown || hits.inconclusive || len(hits.users) > 0 && !hits.matching
	}
	if unknown {
		return destination.Found{HTTP: http.StatusOK}, nil
	}
	return destination.Found{Presence: destination.Absent, HTTP: http.StatusOK}, nil
}

// filter is a search: attribute eq value.
type filter struct{ attribute, value string }

// filters are the searches to make, in order, until one finds a user. A server may
// compare userName by letter case, against RFC 7643 4.1.1.
func (d *decoder) filters(r *user.Record) []filter {
	list := []filter{{"externalId", externalID(r)}}
	v, _ := r.User.Value(user.UserName)
	userName, err := v.Plain()
	if err != nil || userName == "" {
		return list
	}
	names := []filter{{"userName", userName}}
	if low := strings.ToLower(userName); low != userName {
		names = append(names, filter{"userName", low})
	}
	if d.config.Match == ByUserName {
		return append(names, list...)
	}
	return append(list, names...)
}

// hits is what a search found.
type hits struct {
	users        []*resource.Object
	status       int
	matching     bool // at least one user matches the filter
	inconclusive bool // the server did not search as asked
}

// ask makes one search (RFC 7644 3.4.2.2).
func (c *Client) ask(ctx context.Context, r *user.Record, q filter) (hits, error) {
	filter := q.attribute + " eq " + string(resource.Quote(q.value))
	a, err := c.api.Do(ctx, rest.Request{
		Method: http.MethodGet, Path: []string{usersPath}, Collection: true, Header: accept, Records: []*user.Record{r},
		Query: "filter=" + strings.ReplaceAll(url.QueryEscape(filter), "+", "%20"),
	})
	if ce, ok := errors.AsType[*destination.CallError](err); ok && ce.Status == http.StatusNotImplemented {
		return hits{status: ce.Status, inconclusive: true}, nil
	}
	if err != nil {
		return hits{}, err
	}
	defer a.Release()
	if a.Status/100 != 2 {
		return hits{status: a.Status, inconclusive: true}, nil
	}
	found, err := readList(a.Body)
	if err != nil {
		return hits{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	}
	found.status = a.Status
	return found, nil
}

// readList reads a ListResponse (RFC 7644 3.4.2). Only one that says that there are no
// users proves it.
func readList(text []byte) (hits, error) {
	var answer struct {
		body
		TotalResults jsontext.Value `json:"totalResults"`
		Resources    jsontext.Value `json:"Resources"`
	}
	if err := json.Unmarshal(text, &answer, lenient); err != nil {
		return hits{}, err
	}
	var h hits
	tree, err := resource.Parse(answer.Resources)
	if list, ok := tree.(*resource.Array); ok && err == nil {
		for _, item := range list.Items {
			if o, ok := item.(*resource.Object); ok {
				h.users = append(h.users, o)
			}
		}
	}
	total := resource.Scalar(answer.TotalResults)
	empty := total == "0" || total == "" && answer.Resources.Kind() == '['
	h.inconclusive = len(h.users) == 0 && !empty || answer.isError()
	return h, nil
}

// pick picks our user among those found. A user that does not match the filter shows
// that the server does not search by it.
func (d *decoder) pick(r *user.Record, h *hits) (found destination.Found, settled bool) {
	v, _ := r.User.Value(user.UserName)
	userName, _ := v.Plain()
	var ours, named, others []*resource.Object
	for _, o := range h.users {
		holds, same := o.Text("externalId"), userName != "" && strings.EqualFold(o.Text("userName"), userName)
		switch {
		case o.Text("id") == "":
		case holds == externalID(r):
			ours = append(ours, o)
		case same && holds == "":
			named = append(named, o)
		case same:
			others = append(others, o)
		}
	}
	h.matching = len(ours)+len(named)+len(others) > 0
	if d.config.Match == ByUserName {
		ours = append(ours, named...)
	}
	switch {
	case len(ours) == 1:
		return d.compare(r, ours[0], h.status), true
	case len(ours) > 1 || len(named) > 0: // it cannot tell which, or whether any is ours
		return destination.Found{HTTP: h.status}, true
	case len(others) > 0 && (r.Op == user.Upsert || r.Op == user.Create):
		found = destination.Found{Presence: destination.Different, Differs: []user.Field{user.ExternalID}, HTTP: h.status}
		if len(others) == 1 {
			found.Other = others[0].Text("id")
		}
		return found, true
	}
	return destination.Found{}, false
}
