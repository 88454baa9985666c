package onbo

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// perPage is how many users a page of the list is asked for. Onbo may show fewer: its
// default is 25 (Onbo API reference, Pagination).
const perPage = 100

// List reads one page of all users. Its error is a *destination.CallError.
func (c *Client) List(ctx context.Context, offset int) (destination.Page, error) {
	query := "limit=" + strconv.Itoa(perPage) + "&offset=" + strconv.Itoa(offset)
	a, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: []string{collection}, Query: query}, &c.probe)
	if err != nil {
		return destination.Page{}, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return destination.Page{}, ce
	}
	if a.Status != http.StatusOK {
		return destination.Page{}, a.Fail(destination.RefusedWhole, destination.StatusCode(a.Status), a.Words().Clean(bodyText(a.Body), ""))
	}
	page, ok := readPage(a.Body)
	if !ok {
		return destination.Page{}, a.Fail(destination.RefusedWhole, "not_json", "")
	}
	page.HTTP = a.Status
	return page, nil
}

// readPage reads {"data": [...], "pagination": {"total": 7}}, the shape that a
// third-party client reads, or a plain array.
func readPage(body []byte) (destination.Page, bool) {
	var list struct {
		Data       []answer `json:"data"`
		Pagination struct {
			Total jsontext.Value `json:"total"`
		} `json:"pagination"`
	}
	text := jsontext.Value(body)
	if text.Kind() == '[' {
		if json.Unmarshal(body, &list.Data, lax) != nil {
			return destination.Page{}, false
		}
	} else if json.Unmarshal(body, &list, lax) != nil || list.Data == nil {
		return destination.Page{}, false
	}
	page := destination.Page{Total: -1}
	if n, err := strconv.Atoi(strings.Trim(string(list.Pagination.Total), `"`)); err == nil && n >= 0 {
		page.Total = n
	}
	for i := range list.Data {
		page.Users = append(page.Users, destination.Listed{Remote: list.Data[i].key(), Held: list.Data[i].fields()})
	}
	return page, true
}

// Fits reports whether the listed user is the one that a create of r makes: names,
// e-mail, phone and address are the same, and Onbo shows none that r does not have.
func (c *Client) Fits(r *user.Record, u destination.Listed) bool {
	sent := c.sent(r)
	shown := user.User{Attributes: u.Held}
	for _, a := range sent.User.Attributes {
		if !isShown(a.Field) || a.Value.Kind == user.Clear || a.Value.Text == "" {
			continue
		}
		if theirs, ok := shown.Value(a.Field); !ok || !same(a.Field, a.Value, theirs) {
			return false
		}
	}
	for _, a := range u.Held {
		if ours, ok := sent.User.Value(a.Field); a.Value.Text != "" && (!ok || ours.Kind == user.Clear || ours.Text == "") {
			return false
		}
	}
	return len(u.Held) > 0
}

// isShown reports whether Onbo shows the field of a user (Onbo API reference, The user
// object).
func isShown(f user.Field) bool {
	for _, m := range members {
		if m.field == f {
			return f != user.DateOfBirth
		}
	}
	for _, m := range addressMembers {
		if m.field == f {
			return true
		}
	}
	return false
}
