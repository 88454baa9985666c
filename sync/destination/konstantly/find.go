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

// Find reads one user by id. What the answer does not show is not compared:
// password, courses, groups and deadline never are. Where a delete blocks, a
// blocked user is absent for a delete, and for all else differs in active.
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
		code, detail := s.voice(a.Status, r, r)
		return destination.Found{}, a.Fail(destination.RefusedWhole, code, detail)
	case s.failed() || s.empty:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, codeInside, "")
	case s.id() != r.User.ID, !s.showsSet() && slices.ContainsFunc(r.User.Attributes, isCustom):
		return destination.Found{HTTP: a.Status}, nil // another user, or not all that an update would have to send back
	}
	return c.compare(&s, r, a.Status), nil
}

func (w *form) compare(s *said, r *user.Record, status int) destination.Found {
	found := destination.Compared(r, s.held(), w.same)
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

// held gives what is shown our names. null is what an API shows of an attribute
// that it does not hold.
func (s *said) held() []user.Attribute {
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
			add(user.AttributesPrefix+user.Field(id), custom[id])
		}
	}
	return list
}

// showsSet reports whether the custom attributes are shown, in a form that can be
// read: none is null, {}, or the [] of servers that know one kind of list.
func (s *said) showsSet() bool {
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

// role is {"alias":"learner"} in the reference's examples, and a string in its
// list of fields.
func (s *said) role() jsontext.Value {
	var role struct {
		Alias jsontext.Value `json:"alias"`
	}
	if s.Role.Kind() != '{' {
		return s.Role
	}
	_ = json.Unmarshal(s.Role, &role, lax) // it was parsed as a part of the body
	return role.Alias
}

// value keeps the type: strings are text, the rest stays JSON.
func value(v jsontext.Value) user.Value {
	if v.Kind() == '"' {
		return user.TextValue(shown(v))
	}
	return user.JSONValue(string(v))
}

// same: a custom attribute that is to be cleared differs as long as one is held.
func (w *form) same(f user.Field, ours, theirs user.Value) bool {
	return ours.Kind != user.Clear && w.normal(f, ours) == w.normal(f, theirs)
}

// normal is a value in the form in which it is compared.
func (w *form) normal(f user.Field, v user.Value) string {
	if id, custom := attributeID(f); custom {
		if written, err := w.written(id, v); err == nil {
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

// unordered is a list without its order, and anything else as it stands: the
// options of a multiple choice are a set.
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
