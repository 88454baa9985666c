package answer

import (
	"strconv"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
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
