package request

import (
	"slices"
	"strings"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/user"
)

// Template is a text with placeholders: "/users/{id}". A placeholder names a field
// of the user, or one of the names below; {{ and }} are literal braces.
type Template struct {
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

// The names in placeholders that are not fields of a user.
const (
	Remote    user.Field = "remote"  // the key that the API assigned
	Account   user.Field = "account" // the account in the config
	Others    user.Field = "others"  // in a body: an object of all fields that the call does not name
	refNumber user.Field = "n"       // the user's position in the call, from 0
	refItems  user.Field = "items"   // in a body: the array of users
)

// reserved reports whether a placeholder by that name is not a field. A column can have the name.
func reserved(name user.Field) bool {
	switch name {
	case user.ID, Remote, refNumber, Account, refItems, Others:
		return true
	}
	return false
}

// ParseTemplate reads a text with placeholders. Its error may be a *document.WordError.
func ParseTemplate(text string) (Template, error) {
	t := Template{text: text}
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
			return t, document.ErrBraces
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

func (t *Template) addText(b *strings.Builder) {
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
		r.name = Remote
	}
	switch {
	case r.name == "" || strings.ContainsAny(text, "{"):
		return nil, document.ErrBraces
	case typed && !slices.Contains(form.Names(), string(r.form)):
		return nil, &document.WordError{What: "form", Word: string(r.form), Known: form.Names()}
	}
	return r, nil
}

// alone returns the placeholder if the template is only a placeholder.
func (t Template) alone() *ref {
	if len(t.parts) == 1 {
		return t.parts[0].ref
	}
	return nil
}

func (t Template) refs() []*ref {
	var refs []*ref
	for _, p := range t.parts {
		if p.ref != nil {
			refs = append(refs, p.ref)
		}
	}
	return refs
}

// Names returns the names in the placeholders, in their order.
func (t Template) Names() []user.Field {
	var names []user.Field
	for _, r := range t.refs() {
		names = append(names, r.name)
	}
	return names
}

// Fill returns the text for a user who is at a place in a call, counted from 0. It returns
// false if the user does not have one of its fields. Its error is a *form.InvalidError.
func (t Template) Fill(account string, r *user.Record, place int) (string, bool, error) {
	return t.fill(&row{record: r, n: place, account: account})
}

// ofUser reports whether the text differs from user to user.
func (t Template) ofUser() bool {
	return slices.ContainsFunc(t.refs(), func(r *ref) bool { return r.name != Account })
}

// fill returns the text for a user; has is false if the user does not have one of
// its fields. Its error is an *form.InvalidError.
func (t Template) fill(r *row) (text string, has bool, err error) {
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
		if r.masked && p.ref.name != Account {
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
