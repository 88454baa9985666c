package kard

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

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
	return compareUser(a, r)
}

// compareUser compares r with the user in the answer.
func compareUser(a *rest.Answer, r *user.Record) (destination.Found, error) {
	var answer struct {
		Data struct {
			ID         jsontext.Value `json:"id"`
			Attributes jsontext.Value `json:"attributes"`
		} `json:"data"`
		Errors []jsontext.Value `json:"errors"`
	}
	var attributes map[string]jsontext.Value
	err := json.Unmarshal(a.Body, &answer, lax)
	if err == nil && len(answer.Data.Attributes) > 0 {
		err = json.Unmarshal(answer.Data.Attributes, &attributes, lax)
	}
	switch {
	case err != nil:
		var wrong *json.SemanticError
		if errors.As(err, &wrong) {
			return destination.Found{}, a.Fail(destination.PerhapsTaken, "not_json", "")
		}
		return destination.Found{}, a.Unreadable(err)
	case len(answer.Errors) > 0:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, codeOtherID, "")
	case plainText(answer.Data.ID) != r.User.ID:
		return destination.Found{HTTP: a.Status}, nil // a different user: nothing is known of this one
	}
	found := destination.Compare(r, fieldsOf(attributes), same)
	found.HTTP = a.Status
	// The values that r leaves out are sent back as they came, and not in our form.
	found.Held = slices.DeleteFunc(found.Held, func(a user.Attribute) bool {
		_, given := r.User.Value(a.Field)
		return !given
	})
	if len(attributes) > 0 {
		found.Held = append(found.Held, user.Attribute{Field: destination.Whole, Value: user.JSONValue(string(answer.Data.Attributes))})
	}
	return found, nil
}

// plainText returns the text of a string, and the JSON of any other value: an id
// may be a number, as in answers about many users.
func plainText(v jsontext.Value) string {
	if v.Kind() != '"' {
		return string(v)
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	text, _ := unquote(nil, v)
	return string(text)
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
func fieldNamed(theirs string) (f user.Field, known bool) {
	for _, n := range names {
		if n.theirs == theirs {
			return n.ours, true
		}
	}
	return "", false
}

// fieldsOf returns the attributes under our names: strings as text, other values as
// JSON. It skips null, which means that the API has no value.
func fieldsOf(attributes map[string]jsontext.Value) []user.Attribute {
	list := make([]user.Attribute, 0, len(names)+1) // one more for destination.Whole
	for _, f := range names {
		raw, ok := attributes[f.theirs]
		if !ok || raw.Kind() == 'n' {
			continue
		}
		value := user.TextValue(plainText(raw))
		if raw.Kind() != '"' {
			value = user.JSONValue(value.Text)
		}
		list = append(list, user.Attribute{Field: f.ours, Value: value})
	}
	return list
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
