package kard

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Find reads one user. It does not compare attributes that the answer does not
// show. Its error is a *destination.CallError.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	a, err := c.api.Do(ctx, rest.Request{Method: http.MethodGet, Path: c.userPath(r.User.ID), Records: []*user.Record{r}})
	if err != nil {
		return destination.Found{}, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return destination.Found{}, ce
	}
	switch {
	case a.Status == http.StatusNotFound:
		return destination.Found{Presence: destination.Absent, HTTP: a.Status}, nil
	case a.Status/100 == 4:
		var m multiStatus
		if m.read(a.Body, nil) != nil {
			m.errors = nil
		}
		code, detail := errorText(a.Words(), m.errors, a.Status, r)
		return destination.Found{}, a.Fail(destination.RefusedWhole, code, detail)
	}
	return c.compareUser(a, r)
}

// compareUser compares r with the user in the answer. Held are the values to compare and,
// under destination.Whole, the attributes that r leaves out: they are sent back as they came,
// and not in our form.
func (c *Client) compareUser(a *rest.Answer, r *user.Record) (destination.Found, error) {
	m := c.reader()
	defer c.readers.Put(m)
	s, err := m.readUser(a.Body, r)
	switch {
	case errors.Is(err, errShape):
		return destination.Found{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	case err != nil:
		return destination.Found{}, a.Unreadable(err)
	case s.anyErrors:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, codeOtherID, "")
	case s.id != r.User.ID:
		return destination.Found{HTTP: a.Status}, nil // a different user: nothing is known of this one
	}
	found := destination.Compare(r, s.held, same)
	if found.HTTP = a.Status; len(s.others) > 0 {
		found.Held = append(found.Held, user.Attribute{Field: destination.Whole, Value: user.JSONValue("{" + string(s.others) + "}")})
	}
	return found, nil
}

// names lists Kard's attributes (Kard API reference, Create Users) and our fields.
var names = [...]struct {
	theirs string
	ours   user.Field
}{
	{"email", user.Email}, {"hashedEmail", user.HashedEmail}, {"phoneNumber", user.Phone}, {"birthYear", user.BirthYear},
	{"zipCode", user.ZipCode}, {"enrolledRewards", user.EnrolledRewards}, {"historicalTransactionsSent", user.HistoricalTransactionsSent},
}

// fieldNamed returns our field for an attribute of Kard's.
func fieldNamed(theirs []byte) (f user.Field, known bool) {
	for _, n := range names {
		if n.theirs == string(theirs) {
			return n.ours, true
		}
	}
	return "", false
}

func same(f user.Field, ours, theirs user.Value) bool { return normal(f, ours) == normal(f, theirs) }

// unspaced removes the separators between a number's digits (RFC 3966 5.1.1).
var unspaced = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "")

// normal returns a value in the form used for comparison.
func normal(f user.Field, v user.Value) string {
	text := strings.TrimSpace(v.Text)
	switch f {
	case user.Email, user.HashedEmail:
		return strings.ToLower(text)
	case user.Phone:
		return unspaced.Replace(text)
	case user.HistoricalTransactionsSent:
		if is, err := v.Bool(); err == nil {
			return strconv.FormatBool(is)
		}
	case user.EnrolledRewards:
		list, err := v.List()
		if err != nil {
			return text
		}
		slices.Sort(list)
		return strings.Join(slices.Compact(list), ";")
	}
	return text
}
