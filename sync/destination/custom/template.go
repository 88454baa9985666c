package custom

import (
	"errors"
	"slices"
	"strings"

	"usersync/sync/user"
)

// template is a text with places: "/users/{id}". A place names a field of the
// user, or one of the words below; {{ and }} stand for braces.
type template struct {
	parts []part
	text  string // as it was written
}

// part is a text, or a place if ref is set.
type part struct {
	text string
	ref  *ref
}

// ref is a place: a name, and the form that the value takes there.
type ref struct {
	name user.Field
	form form
}

// The names that are no fields.
const (
	refID      user.Field = user.ID
	refRemote  user.Field = "remote"  // the key that the API made
	refNumber  user.Field = "n"       // the user's place in the call, from 0
	refAccount user.Field = "account" // the account of the config
	refItems   user.Field = "items"   // in a body: the array of users
	refOthers  user.Field = "others"  // in a body: an object of the fields that the call names nowhere else
)

var errBraces = errors.New("has a brace without its partner; write {field}, or {{ for a brace")

func parseTemplate(text string) (template, error) {
	t := template{text: text}
	var plain strings.Builder
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			plain.WriteString(rest)
			break
		}
		plain.WriteString(rest[:i])
		if doubled := rest[i:]; strings.HasPrefix(doubled, "{{") || strings.HasPrefix(doubled, "}}") {
			plain.WriteByte(rest[i])
			rest = rest[i+2:]
			continue
		}
		end := strings.IndexByte(rest[i:], '}')
		if rest[i] == '}' || end < 0 {
			return t, errBraces
		}
		r, err := parseRef(rest[i+1 : i+end])
		if err != nil {
			return t, err
		}
		t.addText(&plain)
		t.parts = append(t.parts, part{ref: r})
		rest = rest[i+end+1:]
	}
	t.addText(&plain)
	return t, nil
}

func (t *template) addText(b *strings.Builder) {
	if b.Len() > 0 {
		t.parts = append(t.parts, part{text: b.String()})
		b.Reset()
	}
}

// parseRef reads name or name:form.
func parseRef(text string) (*ref, error) {
	name, kind, typed := strings.Cut(text, ":")
	r := &ref{name: user.Field(strings.TrimSpace(name)), form: form(strings.TrimSpace(kind))}
	if r.name == user.RemoteID {
		r.name = refRemote
	}
	switch {
	case r.name == "" || strings.ContainsAny(text, "{"):
		return nil, errBraces
	case typed && !slices.Contains(forms, string(r.form)):
		return nil, &wordError{what: "form", word: string(r.form), known: forms}
	}
	return r, nil
}

// alone returns the place if the template is nothing else.
func (t template) alone() *ref {
	if len(t.parts) == 1 {
		return t.parts[0].ref
	}
	return nil
}

func (t template) refs() []*ref {
	var refs []*ref
	for _, p := range t.parts {
		if p.ref != nil {
			refs = append(refs, p.ref)
		}
	}
	return refs
}

// ofUser reports whether the text differs from user to user.
func (t template) ofUser() bool {
	return slices.ContainsFunc(t.refs(), func(r *ref) bool { return r.name != refAccount })
}

// fill returns the text for a user; has is false where the user lacks a field
// of it. An error is a *unfit.
func (t template) fill(r *row) (text string, has bool, err error) {
	if len(t.parts) == 1 && t.parts[0].ref == nil {
		return t.parts[0].text, true, nil
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.ref == nil {
			b.WriteString(p.text)
			continue
		}
		v, has := r.value(p.ref.name)
		if !has {
			return "", false, nil
		}
		if r.masked && p.ref.name != refAccount {
			b.WriteString(mask(v, p.ref.form))
			continue
		}
		text, err := p.ref.form.text(v)
		if err != nil {
			return "", true, &invalidValue{p.ref.name, err}
		}
		b.WriteString(text)
	}
	return b.String(), true, nil
}

// row is a user on its way into a call.
type row struct {
	record  *user.Record
	n       int
	account string
	named   []user.Field   // those that the call names
	masked  bool           // write what kind of value stands there, and not the value
	users   []*user.Record // those of the call, in the body around them; else nil
	item    node           // one of them
}

// value returns what a place holds, and whether the user has it.
func (r *row) value(name user.Field) (user.Value, bool) {
	switch name {
	case refID:
		return user.TextValue(r.record.User.ID), r.record.User.ID != ""
	case refRemote:
		return user.TextValue(r.record.Remote), r.record.Remote != ""
	case refNumber:
		return user.JSONValue(number(r.n)), true
	case refAccount:
		return user.TextValue(r.account), r.account != ""
	}
	if v, ok := r.record.User.Value(name); ok {
		return v, v.Kind == user.Clear || v.Text != ""
	}
	s, ok := r.record.User.Secret(name)
	return user.TextValue(s.Reveal()), ok && s.Reveal() != ""
}
