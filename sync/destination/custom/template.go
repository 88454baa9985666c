package custom

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/user"
)

// template is a text with placeholders: "/users/{id}". A placeholder names a field
// of the user, or one of the names below; {{ and }} are literal braces.
type template struct {
	parts []part
	text  string // as written
}

// part is a text, or a placeholder if ref is set.
type part struct {
	text string
	ref  *ref
}

// ref is a placeholder: a name, and the form of its value.
type ref struct {
	name user.Field
	form form.Form
}

// The names that are not fields.
const (
	refID      user.Field = user.ID
	refRemote  user.Field = "remote"  // the key that the API assigned
	refNumber  user.Field = "n"       // the user's position in the call, from 0
	refAccount user.Field = "account" // the account in the config
	refItems   user.Field = "items"   // in a body: the array of users
	refOthers  user.Field = "others"  // in a body: an object of all fields that the call does not name
)

// reserved reports whether a placeholder by that name is not a field. A column can have the name.
func reserved(name user.Field) bool {
	switch name {
	case refID, refRemote, refNumber, refAccount, refItems, refOthers:
		return true
	}
	return false
}

var errBraces = errors.New("has an unmatched brace; write {field}, or {{ for a brace")

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
	r := &ref{name: user.Field(strings.TrimSpace(name)), form: form.Form(strings.TrimSpace(kind))}
	if r.name == user.RemoteID {
		r.name = refRemote
	}
	switch {
	case r.name == "" || strings.ContainsAny(text, "{"):
		return nil, errBraces
	case typed && !slices.Contains(form.Names(), string(r.form)):
		return nil, &document.WordError{What: "form", Word: string(r.form), Known: form.Names()}
	}
	return r, nil
}

// alone returns the placeholder if the template is only a placeholder.
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

// fill returns the text for a user; has is false if the user does not have one of
// its fields. Its error is an *invalidValue.
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
			b.WriteString(form.Mask(v, p.ref.form))
			continue
		}
		text, err := p.ref.form.Text(v)
		if err != nil {
			return "", true, &form.InvalidError{Field: p.ref.name, Err: err}
		}
		b.WriteString(text)
	}
	return b.String(), true, nil
}

// row holds the values for the placeholders of a call.
type row struct {
	record  *user.Record
	n       int
	account string
	named   []user.Field   // the fields that the call names
	masked  bool           // write the kind of each value in place of the value
	users   []*user.Record // all users of the call, for the body around them; or nil
	item    node           // the template of one of them
	read    *value         // the user as read before the call; see held
}

// value returns the value of a placeholder, and whether the user has it.
func (r *row) value(name user.Field) (user.Value, bool) {
	switch name {
	case refID:
		return user.TextValue(r.record.User.ID), r.record.User.ID != ""
	case refRemote:
		return user.TextValue(r.record.Remote), r.record.Remote != ""
	case refNumber:
		return user.JSONValue(strconv.Itoa(r.n)), true
	case refAccount:
		return user.TextValue(r.account), r.account != ""
	}
	if v, ok := r.record.User.Value(name); ok {
		return v, present(v)
	}
	s, ok := r.record.User.Secret(name)
	return user.TextValue(s.Reveal()), ok && s.Reveal() != ""
}

// present reports whether a user has a value: one that is empty is none.
func present(v user.Value) bool { return v.Kind == user.Clear || v.Text != "" }
