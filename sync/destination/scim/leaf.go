package scim

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/destination/scim/internal/target"
	"usersync/sync/user"
)

// target returns where the field goes, and caches it.
func (e *encoder) target(f user.Field) *target.Target {
	if t, ok := e.paths.Load(f); ok {
		return t.(*target.Target)
	}
	t, _ := e.paths.LoadOrStore(f, target.Of(f))
	return t.(*target.Target)
}

// leaf is one value of a user to be sent.
type leaf struct {
	*target.Target
	fields []user.Field // the fields that it is made of
	raw    jsontext.Value
	clear  bool
}

// leaves are the values of r that can be sent, without id, externalId and password. It
// leaves out what Check would refuse: a wrong value could change more than one left out.
func (e *encoder) leaves(r *user.Record) []leaf {
	list := make([]leaf, 0, len(r.User.Attributes))
	street := -1
	names := make([]user.Field, 0, len(r.User.Attributes)) // of all leaves, in one allocation
	for _, a := range r.User.Attributes {
		if a.Field == destination.Whole || a.Field == user.ExternalID {
			continue
		}
		t := e.target(a.Field)
		names = append(names, a.Field)
		own := names[len(names)-1 : len(names) : len(names)]
		switch {
		case t.Err != nil:
		case t.Line > 0 && street < 0:
			street = len(list)
			list = append(list, streetOf(t, r))
		case t.Line > 0:
		case a.Value.Kind == user.Clear:
			list = append(list, leaf{Target: t, fields: own, clear: true})
		default:
			if raw, err := t.Wire(a.Value); err == nil {
				list = append(list, leaf{Target: t, fields: own, raw: raw})
			}
		}
	}
	return list
}

// streetOf joins the lines of r's address into one value.
func streetOf(t *target.Target, r *user.Record) leaf {
	l := leaf{Target: t}
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
	l.raw, l.clear = resource.Quote(strings.Join(lines, "\n")), len(lines) == 0
	return l
}
