package custom

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// Find reads one user. It does not compare fields that the answer does not show.
// Its error is a *destination.CallError.
func (c *Client) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	n := c.config.read
	if n == nil || slices.Contains(n.Names(), request.Remote) && r.Remote == "" {
		return destination.Found{}, nil
	}
	request, err := c.request(&n.call, []*user.Record{r})
	if err != nil {
		return destination.Found{}, nil // no call was made, so nothing is known
	}
	a, err := c.api.Do(ctx, request)
	if err != nil {
		return destination.Found{}, n.answer.withMeaning(err)
	}
	defer a.Release()
	a.Body = c.redact(a.Body)
	if ce := a.WebPage(); ce != nil {
		return destination.Found{}, ce
	}
	v, broken := jsontree.Parse(a.Body)
	switch means := n.answer.meaningOf("", strconv.Itoa(a.Status), meansInDoubt); {
	case a.Status/100 == 4 && means == meansMissing:
		return destination.Found{Presence: destination.Absent, HTTP: a.Status}, nil
	case a.Status/100 == 4:
		code, detail := c.errorText(c.errorsIn(n, v, broken, a.Status, r), a.Status, r)
		return destination.Found{}, a.Fail(destination.RefusedWhole, code, detail)
	case broken != nil:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	}
	found := c.compareUser(n, v, r)
	found.HTTP = a.Status
	return found, nil
}

// errorsIn returns what the answer to a refused read says.
func (d *description) errorsIn(n *read, v *jsontree.Value, broken error, status int, r *user.Record) []note {
	said := reading{api: d, call: &n.call, records: []*user.Record{r}, status: status}
	if broken != nil || said.read(v) != nil {
		return nil
	}
	return append(said.notes[0], said.note(v, &n.answer.top, ""))
}

// compareUser compares r with the user in the answer. An empty list of users shows
// that there is none; any other list must show the key.
func (d *description) compareUser(n *read, v *jsontree.Value, r *user.Record) destination.Found {
	at, ok := n.at.In(v)
	if !ok {
		return destination.Found{}
	}
	if n.list {
		if at.Kind != '[' {
			return destination.Found{}
		}
		if len(at.Items) == 0 {
			return destination.Found{Presence: destination.Absent}
		}
		if at = d.findKey(n, at.Items, r); at == nil {
			return destination.Found{}
		}
	} else if at.Kind != '{' || n.key != nil && !d.hasKey(n, at, r) {
		return destination.Found{} // a different user: nothing is known of this one
	}
	found := destination.Found{Presence: destination.Same, Remote: n.remote.Text(at)}
	for _, f := range n.fields {
		shown, ok := f.at.In(at)
		if !ok || shown.Kind == 'n' {
			continue
		}
		theirs := user.JSONValue(string(shown.Append(nil)))
		if shown.Kind == '"' {
			theirs = user.TextValue(shown.Text)
		}
		found.Held = append(found.Held, user.Attribute{Field: f.field, Value: theirs})
		if ours, ok := r.User.Value(f.field); ok && d.config.normal(f.field, ours) != d.config.normal(f.field, theirs) {
			found.Differs = append(found.Differs, f.field)
			found.Presence = destination.Different
		}
	}
	found.Held = append(found.Held, d.whole(at)...)
	return found
}

// findKey returns the only user of a list with the record's key; nil if there is
// none, or more than one.
func (d *description) findKey(n *read, list []jsontree.Value, r *user.Record) *jsontree.Value {
	var mine *jsontree.Value
	for i := range list {
		if list[i].Kind == '{' && d.hasKey(n, &list[i], r) {
			if mine != nil {
				return nil // two users with the key: ambiguous
			}
			mine = &list[i]
		}
	}
	return mine
}

func (d *description) hasKey(n *read, v *jsontree.Value, r *user.Record) bool {
	key := n.key.Text(v)
	keys := d.keysOf(n.answer.keyedBy, r, 0)
	if n.answer.fold {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
	}
	return slices.Contains(keys, key)
}

// unspaced removes the separators between a number's digits (RFC 3966 5.1.1).
var unspaced = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "")

// normal returns a value in the form used for comparison: as it would be sent, with
// lists sorted, e-mail addresses in lower case and phone numbers without separators.
func (c *Config) normal(f user.Field, v user.Value) string {
	text := strings.TrimSpace(v.Text)
	switch c.forms[f] {
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
