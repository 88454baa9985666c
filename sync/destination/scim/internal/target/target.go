// Package target says where a field goes in a SCIM user, and how to write its value
// there. It makes no calls. Start at Of.
package target

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// Target is where a field goes.
type Target struct {
	Path resource.Path
	Text string // the path's own text
	Kind resource.Kind
	Line int   // 1, 2 or 3 for the lines of an address
	Err  error // a *user.InvalidError; nil if the field can be sent
}

// Of returns where f goes. Err says why it cannot be sent.
func Of(f user.Field) *Target {
	if unsupported[f] {
		return &Target{Err: user.NewInvalidError("unsupported_field", f, "SCIM has no such attribute", "use the path of an attribute instead, or list the column under ignore:")}
	}
	name := string(f)
	if place, ok := paths[f]; ok {
		name = place
	} else if f.IsOpen() {
		name = strings.TrimPrefix(strings.TrimPrefix(name, user.ExtraPrefix), user.AttributesPrefix)
	}
	p, err := resource.ParsePath(name)
	if err != nil {
		return &Target{Err: user.NewInvalidError("bad_path", f, err.Error(), `write it as name.givenName, emails[type eq "work"].value or URN:attribute, or list the column under ignore:`)}
	}
	t := &Target{Path: p, Text: p.String(), Kind: p.Holds()}
	t.Err = t.check(f)
	switch f {
	case user.AddressLine1:
		t.Line = 1
	case user.AddressLine2:
		t.Line = 2
	case user.AddressLine3:
		t.Line = 3
	}
	return t
}

// check returns why no value can be sent to the target.
func (t *Target) check(f user.Field) error {
	a, known := t.Path.Defined()
	switch {
	case t.Kind == resource.ReadOnly:
		return user.NewInvalidError("unsupported_field", f, "only the server sets this attribute", "list the column under ignore:")
	case !known:
		return nil
	case a.Kind == resource.List && t.Path.Sub != "" && t.Path.Where == "":
		return user.NewInvalidError("bad_path", f, "must say which of several values is meant", "write "+a.Name+"[work]."+t.Path.Sub)
	case a.Kind == resource.List && t.Path.Where != "" && t.Path.Sub == "":
		return user.NewInvalidError("bad_path", f, "must name a part", "write "+a.Name+"[work].locality, or another part")
	case t.Path.Sub != "" && a.Parts == nil:
		return user.NewInvalidError("bad_path", f, "has no parts", "write "+a.Name)
	case t.Path.Where != "" && a.Kind != resource.List:
		return user.NewInvalidError("bad_path", f, "is not a list", "leave the brackets out")
	case t.Path.Sub != "" && !has(a.Parts, t.Path.Sub):
		return user.NewInvalidError("bad_path", f, "has no such part", "its parts are "+strings.Join(a.Parts, ", "))
	}
	return nil
}

func has(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}

// Wire encodes the value for the request.
func (t *Target) Wire(v user.Value) (jsontext.Value, error) {
	switch {
	case v.Kind == user.Clear:
		return nil, user.ErrNotText
	case t.Kind == resource.Bool:
		is, err := v.Bool()
		if is {
			return jsontext.Value("true"), err
		}
		return jsontext.Value("false"), err
	case t.Kind == resource.Text || v.Kind == user.Text && t.Kind == resource.Any:
		plain, err := v.Plain()
		return resource.Quote(plain), err
	case t.Kind == resource.Any:
		return jsontext.Value(v.Text), nil
	}
	return t.structure(v)
}

// structure returns a list or an object, which must be given as JSON; a CSV cell may hold
// it as text.
func (t *Target) structure(v user.Value) (jsontext.Value, error) {
	raw := jsontext.Value(strings.TrimSpace(v.Text))
	want := jsontext.Kind('[')
	if t.Kind == resource.Parts {
		want = '{'
	}
	if !raw.IsValid() || raw.Kind() != want {
		return nil, ErrStructure
	}
	return raw, nil
}

// ErrStructure says that a value must be given as JSON.
var ErrStructure = errors.New("must be a JSON array, or an object if the attribute has parts")
