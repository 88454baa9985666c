package request

import (
	"slices"
	"strings"

	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// node is a part of a body. If the user does not have its field, append returns b
// unchanged, and false. Its error is an *form.InvalidError.
//
// Values are encoded as JSON, so that none can end the string, member or object
// that contains it.
type node interface {
	append(b []byte, r *row) (out []byte, sent bool, err error)
}

// literal is JSON that is sent unchanged.
type literal []byte

func (l literal) append(b []byte, _ *row) ([]byte, bool, error) { return append(b, l...), true, nil }

// leaf is a single value, which keeps its type.
type leaf struct {
	ref
	clear string // the JSON that clears a field; "" if there is none
}

func (l *leaf) append(b []byte, r *row) ([]byte, bool, error) {
	v, has := r.value(l.name)
	if !has {
		return b, false, nil
	}
	return l.appendValue(b, v, r.masked && l.name != Account)
}

func (l *leaf) appendValue(b []byte, v user.Value, masked bool) ([]byte, bool, error) {
	switch {
	case masked:
		return rest.AppendText(b, form.Mask(v, l.form)), true, nil
	case v.Kind == user.Clear && l.clear != "":
		return append(b, l.clear...), true, nil
	}
	out, err := l.form.Append(b, v)
	if err != nil {
		return b, true, &form.InvalidError{Field: l.name, Err: err}
	}
	return out, true, nil
}

// text is a string with placeholders.
type text struct{ Template }

func (t *text) append(b []byte, r *row) ([]byte, bool, error) {
	filled, has, err := t.fill(r)
	if err != nil || !has {
		return b, has, err
	}
	return rest.AppendText(b, filled), true, nil
}

// object leaves out members that the user does not have, and itself if no member is
// left.
type object struct {
	members []member
	// shown is where the answer to a read shows this object, if an update sends back
	// what is held of it; nil if there is no such place.
	shown jsontree.Pointer
}

type member struct {
	name  string
	key   []byte // quoted, with its colon
	value node
}

func (o *object) append(b []byte, r *row) ([]byte, bool, error) {
	start := len(b)
	b = append(b, '{')
	first := len(b)
	var written []bool
	if o.shown != nil {
		written = make([]bool, len(o.members))
	}
	for i := range o.members {
		undo := len(b)
		if undo > first {
			b = append(b, ',')
		}
		out, sent, err := o.members[i].value.append(append(b, o.members[i].key...), r)
		if err != nil {
			return b, true, err
		}
		if b = out; !sent {
			b = b[:undo]
		}
		if o.shown != nil {
			written[i] = sent
		}
	}
	b = o.appendHeld(b, first, r, written)
	if len(b) == first && len(o.members) > 0 {
		return b[:start], false, nil
	}
	return append(b, '}'), true, nil
}

// array leaves out elements that the user does not have, and itself if no element is
// left.
type array struct{ elements []node }

func (a *array) append(b []byte, r *row) ([]byte, bool, error) {
	start := len(b)
	b = append(b, '[')
	first := len(b)
	for _, e := range a.elements {
		undo := len(b)
		if undo > first {
			b = append(b, ',')
		}
		out, sent, err := e.append(b, r)
		if err != nil {
			return b, true, err
		}
		if b = out; !sent {
			b = b[:undo]
		}
	}
	if len(b) == first && len(a.elements) > 0 {
		return b[:start], false, nil
	}
	return append(b, ']'), true, nil
}

// others is an object of the fields that the call does not name, each under its own
// name without the prefix extra. or attributes.
type others struct{ clear string }

func (o others) append(b []byte, r *row) ([]byte, bool, error) {
	start := len(b)
	b = append(b, '{')
	first := len(b)
	for _, a := range r.record.User.Attributes {
		if !present(a.Value) || !reserved(a.Field) && slices.Contains(r.named, a.Field) {
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		l := leaf{ref{name: a.Field}, o.clear}
		out, _, err := l.appendValue(append(rest.AppendText(b, OwnName(a.Field)), ':'), a.Value, r.masked)
		if err != nil {
			return b, true, err
		}
		b = out
	}
	if len(b) == first {
		return b[:start], false, nil
	}
	return append(b, '}'), true, nil
}

// OwnName returns the name under which {others} sends a field.
func OwnName(f user.Field) string {
	name := strings.TrimPrefix(string(f), user.ExtraPrefix)
	return strings.TrimPrefix(name, user.AttributesPrefix)
}

// items is the array of users in a body that carries several.
type items struct{}

func (items) append(b []byte, r *row) ([]byte, bool, error) {
	b = append(b, '[')
	one := *r
	for i, u := range r.users {
		if i > 0 {
			b = append(b, ',')
		}
		one.record, one.n = u, i
		var err error
		if b, err = encode(b, r.item, &one); err != nil {
			return b, true, err
		}
	}
	return append(b, ']'), true, nil
}

// encode appends a node, or an empty object if the user has none of its fields.
func encode(b []byte, piece node, r *row) ([]byte, error) {
	b, sent, err := piece.append(b, r)
	if err == nil && !sent {
		b = append(b, "{}"...)
	}
	return b, err
}
