package answer

import (
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/user"
)

// compareUser compares r with the user in the answer.
func (w *Shown) compareUser(api *API, v *jsontree.Value, r *user.Record) destination.Found {
	at, presence := w.userIn(api, v, r)
	if at == nil {
		return destination.Found{Presence: presence}
	}
	found := destination.Found{Presence: destination.Same, Remote: w.remote.Text(at)}
	for _, f := range w.fields {
		shown, ok := f.at.In(at)
		if !ok || shown.Kind == 'n' {
			continue
		}
		theirs := user.JSONValue(string(shown.Append(nil)))
		if shown.Kind == '"' {
			theirs = user.TextValue(shown.Text)
		}
		found.Held = append(found.Held, user.Attribute{Field: f.field, Value: theirs})
		if ours, ok := r.User.Value(f.field); ok && api.normal(f.field, ours) != api.normal(f.field, theirs) {
			found.Differs = append(found.Differs, f.field)
			found.Presence = destination.Different
		}
	}
	if w.Whole {
		found.Held = append(found.Held, user.Attribute{Field: destination.Whole, Value: user.JSONValue(string(at.Append(nil)))})
	}
	return found
}

// userIn returns the user in the answer; nil if it shows that there is none, or if nothing is
// known of the user. An empty list of users shows that there is none; any other list must show
// the key.
func (w *Shown) userIn(api *API, v *jsontree.Value, r *user.Record) (*jsontree.Value, destination.Presence) {
	at, ok := w.at.In(v)
	switch {
	case !ok || w.list && at.Kind != '[' || !w.list && at.Kind != '{':
		return nil, destination.Unknown
	case w.list && len(at.Items) == 0:
		return nil, destination.Absent
	case w.list:
		return w.findKey(api, at.Items, r), destination.Unknown
	case w.userKey != nil && !w.hasKey(api, at, r):
		return nil, destination.Unknown // a different user: nothing is known of this one
	}
	return at, destination.Unknown
}

// findKey returns the only user of a list with the record's key; nil if there is
// none, or more than one.
func (w *Shown) findKey(api *API, list []jsontree.Value, r *user.Record) *jsontree.Value {
	var mine *jsontree.Value
	for i := range list {
		if list[i].Kind == '{' && w.hasKey(api, &list[i], r) {
			if mine != nil {
				return nil // two users with the key: ambiguous
			}
			mine = &list[i]
		}
	}
	return mine
}

func (w *Shown) hasKey(api *API, v *jsontree.Value, r *user.Record) bool {
	key := w.userKey.Text(v)
	keys := api.keysOf(w.keyedBy, r, 0)
	if w.fold {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
	}
	return slices.Contains(keys, key)
}

// unspaced removes the separators between a number's digits (RFC 3966 5.1.1).
var unspaced = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "")

// normal returns a value in the form used for comparison: as it would be sent, with
// lists sorted, e-mail addresses in lower case and phone numbers without separators.
func (api *API) normal(f user.Field, v user.Value) string {
	text := strings.TrimSpace(v.Text)
	switch api.Forms[f] {
	case form.Bool:
		if is, err := v.Bool(); err == nil {
			return strconv.FormatBool(is)
		}
	case form.List:
		if list, err := v.List(); err == nil {
			slices.Sort(list)
			return strings.Join(slices.Compact(list), ";")
		}
	}
	switch f {
	case user.Email, user.HashedEmail:
		return strings.ToLower(text)
	case user.Phone:
		return unspaced.Replace(text)
	}
	return text
}
