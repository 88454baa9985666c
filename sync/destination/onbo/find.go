package onbo

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Find reads one user whose uuid is known. For others it makes no call, and their
// presence is unknown. It does not compare what the answer does not show: date of
// birth, SSN and reports never are. Its error is a *destination.CallError.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	if r.Remote == "" {
		return destination.Found{}, nil
	}
	shown := []*user.Record{r, c.sent(r)}
	a, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: []string{collection, r.Remote}, Records: shown}, r)
	if err != nil {
		return destination.Found{}, err
	}
	defer a.Release()
	if ce := a.WebPage(); ce != nil {
		return destination.Found{}, ce
	}
	switch {
	case a.Status == http.StatusNotFound:
		return destination.Found{Presence: absence(r), HTTP: a.Status}, nil
	case a.Status/100 == 4:
		return destination.Found{}, a.Fail(destination.RefusedWhole, destination.StatusCode(a.Status), a.Words().Clean(bodyText(a.Body), "", shown...))
	}
	return compareUser(a, r, shown[1])
}

// absence returns what a 404 means. If a create was perhaps taken, the user has a
// new uuid, so a 404 for the old one proves nothing.
func absence(r *user.Record) destination.Presence {
	if r.MaybeSent && (r.Op == user.Upsert || r.Op == user.Create) {
		return destination.Unknown
	}
	return destination.Absent
}

// compareUser compares the record, as it was sent, with the user in the answer.
func compareUser(a *rest.Answer, r, sent *user.Record) (destination.Found, error) {
	said, err := read(a.Body)
	if err != nil {
		return destination.Found{}, a.Unreadable(err)
	}
	if key := said.key(); said.errorText() != "" || !strings.EqualFold(key, r.Remote) {
		return destination.Found{HTTP: a.Status}, nil // nothing is known of this user
	}
	found := destination.Compare(sent, said.fields(), same)
	found.Remote, found.HTTP = r.Remote, a.Status
	return found, nil
}

// fields returns the attributes shown, under our names. It skips null, which means
// that Onbo has no value.
func (a *answer) fields() []user.Attribute {
	var list []user.Attribute
	add := func(f user.Field, v jsontext.Value) {
		if text, ok := plainText(v); ok {
			list = append(list, user.Attribute{Field: f, Value: user.TextValue(text)})
		}
	}
	add(user.FirstName, a.FirstName)
	add(user.MiddleName, a.MiddleName)
	add(user.LastName, a.LastName)
	add(user.Email, a.Email)
	add(user.Phone, a.Phone)
	var parts map[string]jsontext.Value
	if json.Unmarshal(a.Address, &parts, lax) != nil {
		return list // an address of another shape cannot be compared
	}
	for _, m := range addressMembers {
		add(m.field, parts[m.theirs])
	}
	return list
}

func same(f user.Field, ours, theirs user.Value) bool { return normal(f, ours) == normal(f, theirs) }

// normal returns a value in the form used for comparison.
func normal(f user.Field, v user.Value) string {
	text := strings.TrimSpace(v.Text)
	switch f {
	case user.Email, user.State:
		return strings.ToLower(text)
	case user.Phone: // shown with and without +1 in the reference
		if digits, ok := usPhone(text); ok {
			return digits
		}
	case user.Country:
		if isUnitedStates(text) {
			return "US"
		}
	}
	return text
}
