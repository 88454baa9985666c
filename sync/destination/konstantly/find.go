package konstantly

import (
	"context"
	"maps"
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

// Find reads one user by id. It does not compare what the answer does not show:
// password, courses, groups and deadline never are. Where a delete blocks, a
// blocked user is absent for a delete, and differs in active for other operations.
// Its error is a *destination.CallError.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	a, s, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: []string{collection, r.User.ID}}, r, r)
	if err != nil {
		return destination.Found{}, err
	}
	defer a.Release()
	switch {
	case a.Status == http.StatusNotFound:
		return destination.Found{Presence: destination.Absent, HTTP: a.Status}, nil
	case a.Status/100 == 4:
		code, detail := s.errorText(a.Words(), a.Status, r, r)
		return destination.Found{}, a.Fail(destination.RefusedWhole, code, detail)
	case s.failed() || s.empty:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, codeInside, "")
	case s.id() != r.User.ID, !s.showsSet() && slices.ContainsFunc(r.User.Attributes, isCustom):
		return destination.Found{HTTP: a.Status}, nil // a different user, or not all that an update would have to send back
	}
	return c.compare(&s, r, a.Status), nil
}

func (w *form) compare(s *answer, r *user.Record, status int) destination.Found {
	found := destination.Compare(r, s.known(r), w.same)
	found.HTTP = status
	if banned, _ := s.banned(); banned && w.config.OnAbsent == Block {
		if r.Op == user.Delete {
			found.Presence = destination.Absent
			return found
		}
		found.Presence, found.Differs = destination.Different, append(found.Differs, user.Active)
	}
	return found
}

func isBlocked(f destination.Found) bool { return slices.Contains(f.Differs, user.Active) }

// known returns the attributes shown, under our names. It skips null, which means
// that the API has no value, except for custom attributes that r does not have: an
// update has to send those back unchanged.
func (s *answer) known(r *user.Record) []user.Attribute {
	var list []user.Attribute
	add := func(f user.Field, v jsontext.Value) {
		if len(v) > 0 && v.Kind() != 'n' {
			list = append(list, user.Attribute{Field: f, Value: value(v)})
		}
	}
	add(user.Name, s.Name)
	add(user.Email, s.Email)
	add(user.Role, s.role())
	add(user.Bio, s.Bio)
	add(user.Occupation, s.Occupation)
	add(user.Location, s.Location)
	add(user.Timezone, s.Timezone)
	add(user.FromAPI, s.FromAPI)
	var custom map[string]jsontext.Value
	if s.Attributes.Kind() == '{' && json.Unmarshal(s.Attributes, &custom, lax) == nil {
		for _, id := range slices.Sorted(maps.Keys(custom)) {
			f := user.AttributesPrefix + user.Field(id)
			if _, given := r.User.Value(f); !given && custom[id].Kind() == 'n' {
				list = append(list, user.Attribute{Field: f, Value: user.JSONValue("null")})
			}
			add(f, custom[id])
		}
	}
	return list
}

// showsSet reports whether the answer shows the custom attributes in a readable
// form. An empty set is null, {}, or [] on servers that write both alike.
func (s *answer) showsSet() bool {
	switch s.Attributes.Kind() {
	case '{', 'n':
		return true
	}
	return string(s.Attributes) == "[]"
}

func isCustom(a user.Attribute) bool {
	_, custom := attributeID(a.Field)
	return custom
}

// role reads {"alias":"learner"}, as in the reference's examples, or a string, as in
// its list of fields.
func (s *answer) role() jsontext.Value {
	var role struct {
		Alias jsontext.Value `json:"alias"`
	}
	if s.Role.Kind() != '{' {
		return s.Role
	}
	_ = json.Unmarshal(s.Role, &role, lax) // it was parsed as part of the body
	return role.Alias
}

// value returns a string as text, and other values as JSON.
func value(v jsontext.Value) user.Value {
	if v.Kind() == '"' {
		return user.TextValue(plainText(v))
	}
	return user.JSONValue(string(v))
}

// same: a custom attribute to clear differs as long as the API has a value.
func (w *form) same(f user.Field, ours, theirs user.Value) bool {
	return ours.Kind != user.Clear && w.normal(f, ours) == w.normal(f, theirs)
}

// normal returns a value in the form used for comparison.
func (w *form) normal(f user.Field, v user.Value) string {
	if id, custom := attributeID(f); custom {
		if written, err := w.typed(id, v); err == nil {
			v = written
		}
		return unordered(v)
	}
	text := strings.TrimSpace(v.Text)
	switch f {
	case user.Email:
		return strings.ToLower(text)
	case user.FromAPI:
		if is, err := v.Bool(); err == nil {
			return strconv.FormatBool(is)
		}
	}
	return text
}

// unordered sorts a list, because the options of a multiple choice are a set. It
// returns other values unchanged.
func unordered(v user.Value) string {
	var items []jsontext.Value
	if v.Kind != user.JSON || json.Unmarshal([]byte(v.Text), &items, lax) != nil || items == nil {
		return strings.TrimSpace(v.Text)
	}
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = string(item)
	}
	slices.Sort(list)
	return "[" + strings.Join(list, ",") + "]"
}
