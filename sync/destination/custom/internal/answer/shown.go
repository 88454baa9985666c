package answer

import (
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Shown says where the answer to a read shows the user. Of its Layout it has what says why a
// read is refused, and what keys are compared with.
type Shown struct {
	Layout
	// Whole says that everything that is shown of the user is held, as destination.Whole.
	Whole bool

	at      jsontree.Pointer
	list    bool // at is a list of the users found, and not the user
	userKey jsontree.Pointer
	remote  jsontree.Pointer
	fields  []shownField
}

type shownField struct {
	field user.Field
	at    jsontree.Pointer
}

// Decode reads the section answer: of a read. Its error is a *document.Error.
func (w *Shown) Decode(a document.Node) error {
	return w.top.keys().With(document.Keys{
		"at": place(&w.at), "list": document.Boolean(&w.list), "key": place(&w.userKey), "remote": place(&w.remote), "fields": w.decodeFields,
		"errors":   func(v document.Node) error { return list(v, &w.errors, nil) },
		"keyed_by": templates(&w.keyedBy), "ignore_case": document.Boolean(&w.fold), "means": means(&w.meanings),
	}).Read(a)
}

func (w *Shown) decodeFields(a document.Node) error {
	return a.Each(func(name string, _ int, v document.Node) error {
		f := shownField{field: user.Field(name)}
		err := place(&f.at)(v)
		w.fields = append(w.fields, f)
		return err
	})
}

// Complete checks what Decode has read for the call a, and sets what it left open.
func (w *Shown) Complete(a document.Node) error {
	switch {
	case w.list && w.userKey == nil:
		return a.Fault("finds a list of users, but does not say which one to take", "add key: to its answer, with the place of the key in each user")
	case w.at == nil:
		w.at = jsontree.Pointer{}
	}
	return nil
}

// Fields returns the fields that are shown.
func (w *Shown) Fields() []user.Field {
	fields := make([]user.Field, len(w.fields))
	for i, f := range w.fields {
		fields[i] = f.field
	}
	return fields
}

// Place returns where a field is shown in the user; nil if it is not.
func (w *Shown) Place(f user.Field) jsontree.Pointer {
	for _, shown := range w.fields {
		if shown.field == f {
			return shown.at
		}
	}
	return nil
}

// Find compares a user with the one in the answer. It does not compare fields that the answer
// does not show. Its error is a *destination.CallError.
func (w *Shown) Find(api *API, r *user.Record, a *rest.Answer) (destination.Found, error) {
	v, broken := jsontree.Parse(a.Body)
	switch means := w.meaningOf("", strconv.Itoa(a.Status), meansInDoubt); {
	case a.Status/100 == 4 && means == meansMissing:
		return destination.Found{Presence: destination.Absent, HTTP: a.Status}, nil
	case a.Status/100 == 4:
		code, detail := api.errorText(w.errorsIn(api, v, broken, a.Status, r), a.Status, r)
		return destination.Found{}, a.Fail(destination.RefusedWhole, code, detail)
	case broken != nil:
		return destination.Found{}, a.Fail(destination.PerhapsTaken, "not_json", "")
	}
	found := w.compareUser(api, v, r)
	found.HTTP = a.Status
	return found, nil
}

// errorsIn returns what the answer to a refused read says.
func (w *Shown) errorsIn(api *API, v *jsontree.Value, broken error, status int, r *user.Record) []note {
	said := reading{api: api, layout: &w.Layout, Call: Call{Records: []*user.Record{r}}, status: status}
	if broken != nil || said.read(v) != nil {
		return nil
	}
	return append(said.notes[0], said.note(v, &w.top, ""))
}

// compareUser compares r with the user in the answer. An empty list of users shows
// that there is none; any other list must show the key.
func (w *Shown) compareUser(api *API, v *jsontree.Value, r *user.Record) destination.Found {
	at, ok := w.at.In(v)
	if !ok {
		return destination.Found{}
	}
	if w.list {
		if at.Kind != '[' {
			return destination.Found{}
		}
		if len(at.Items) == 0 {
			return destination.Found{Presence: destination.Absent}
		}
		if at = w.findKey(api, at.Items, r); at == nil {
			return destination.Found{}
		}
	} else if at.Kind != '{' || w.userKey != nil && !w.hasKey(api, at, r) {
		return destination.Found{} // a different user: nothing is known of this one
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
