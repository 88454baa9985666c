package scim

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// target is where a field goes.
type target struct {
	path path
	text string // the path's own text
	kind kind
	line int   // 1, 2 or 3 for the lines of an address
	err  error // a *user.InvalidError; nil if the field can be sent
}

// target finds where the field goes, and keeps it.
func (e *encoder) target(f user.Field) *target {
	if t, ok := e.paths.Load(f); ok {
		return t.(*target)
	}
	t, _ := e.paths.LoadOrStore(f, newTarget(f))
	return t.(*target)
}

func newTarget(f user.Field) *target {
	if elsewhere[f] {
		return &target{err: user.Unfit("unsupported_field", f, "SCIM has no such attribute", "name an attribute's path in its place, or list the column under ignore:")}
	}
	name := string(f)
	if place, ok := places[f]; ok {
		name = place
	} else if f.IsOpen() {
		name = strings.TrimPrefix(strings.TrimPrefix(name, user.ExtraPrefix), user.AttributesPrefix)
	}
	p, err := parsePath(name)
	if err != nil {
		return &target{err: user.Unfit("bad_path", f, err.Error(), `write it as name.givenName, emails[type eq "work"].value or URN:attribute, or list the column under ignore:`)}
	}
	t := &target{path: p, text: p.String(), kind: p.holds()}
	t.err = t.wrong(f)
	switch f {
	case user.AddressLine1:
		t.line = 1
	case user.AddressLine2:
		t.line = 2
	case user.AddressLine3:
		t.line = 3
	}
	return t
}

// wrong says why no value can be sent to the target.
func (t *target) wrong(f user.Field) error {
	a, known := t.path.defined()
	switch {
	case t.kind == kindUnfit:
		return user.Unfit("unsupported_field", f, "the server alone sets this attribute", "list the column under ignore:")
	case !known:
		return nil
	case a.kind == kindList && t.path.sub != "" && t.path.where == "":
		return user.Unfit("bad_path", f, "must say which of several is meant", "write "+a.name+"[work]."+t.path.sub)
	case a.kind == kindList && t.path.where != "" && t.path.sub == "":
		return user.Unfit("bad_path", f, "must name a part", "write "+a.name+"[work].locality, or another part")
	case t.path.sub != "" && a.subs == nil:
		return user.Unfit("bad_path", f, "has no parts", "write "+a.name)
	case t.path.where != "" && a.kind != kindList:
		return user.Unfit("bad_path", f, "is not a list", "leave the brackets out")
	case t.path.sub != "" && !has(a.subs, t.path.sub):
		return user.Unfit("bad_path", f, "has no such part", "its parts are "+strings.Join(a.subs, ", "))
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

// leaf is one value of a user on its way.
type leaf struct {
	*target
	fields []user.Field // those that it is made of
	raw    jsontext.Value
	clear  bool
}

// leaves are the values of r that can be sent, without id, externalId and
// password. What Check would not let through is left out: a value that is sent
// wrong may change more than one left out.
func (e *encoder) leaves(r *user.Record) []leaf {
	list := make([]leaf, 0, len(r.User.Attributes))
	street := -1
	names := make([]user.Field, 0, len(r.User.Attributes)) // of all leaves, in one piece
	for _, a := range r.User.Attributes {
		if a.Field == wholeUser || a.Field == user.ExternalID {
			continue
		}
		t := e.target(a.Field)
		names = append(names, a.Field)
		own := names[len(names)-1 : len(names) : len(names)]
		switch {
		case t.err != nil:
		case t.line > 0 && street < 0:
			street = len(list)
			list = append(list, streetOf(t, r))
		case t.line > 0:
		case a.Value.Kind == user.Clear:
			list = append(list, leaf{target: t, fields: own, clear: true})
		default:
			if raw, err := t.wire(a.Value); err == nil {
				list = append(list, leaf{target: t, fields: own, raw: raw})
			}
		}
	}
	return list
}

// streetOf makes one value of the lines of r's address.
func streetOf(t *target, r *user.Record) leaf {
	l := leaf{target: t}
	var lines []string
	for _, f := range [...]user.Field{user.AddressLine1, user.AddressLine2, user.AddressLine3} {
		v, ok := r.User.Value(f)
		if !ok {
			continue
		}
		l.fields = append(l.fields, f)
		if line, err := v.Plain(); err == nil && v.Kind == user.Text && line != "" {
			lines = append(lines, line)
		}
	}
	l.raw, l.clear = quoted(strings.Join(lines, "\n")), len(lines) == 0
	return l
}

// wire is the value as it is sent.
func (t *target) wire(v user.Value) (jsontext.Value, error) {
	switch {
	case v.Kind == user.Clear:
		return nil, user.ErrNotText
	case t.kind == kindBool:
		is, err := v.Bool()
		if is {
			return jsontext.Value("true"), err
		}
		return jsontext.Value("false"), err
	case t.kind == kindText || v.Kind == user.Text && t.kind == kindAny:
		plain, err := v.Plain()
		return quoted(plain), err
	case t.kind == kindAny:
		return jsontext.Value(v.Text), nil
	}
	return t.structure(v)
}

// structure is a list or an object, which must be given as JSON; a cell of a
// CSV file may hold it as text.
func (t *target) structure(v user.Value) (jsontext.Value, error) {
	raw := jsontext.Value(strings.TrimSpace(v.Text))
	want := jsontext.Kind('[')
	if t.kind == kindParts {
		want = '{'
	}
	if !raw.IsValid() || raw.Kind() != want {
		return nil, errStructure
	}
	return raw, nil
}
