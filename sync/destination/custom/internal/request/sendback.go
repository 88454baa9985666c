package request

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// SendBack finds the objects of the body that the answer to a read shows as
// objects too: those of which a member is a field that the answer shows under the
// same name. What such an object holds besides is sent back. shown returns where the answer
// shows a field; nil if it does not. SendBack reports whether there is such an object.
func (q *Request) SendBack(shown func(user.Field) jsontree.Pointer) (any bool) {
	sendBack(q.body, shown, &any)
	return any
}

func sendBack(n node, shown func(user.Field) jsontree.Pointer, any *bool) {
	o, ok := n.(*object)
	if !ok {
		return
	}
	for _, m := range o.members {
		if l, ok := m.value.(*leaf); ok && o.shown == nil {
			o.shown = around(shown(l.name), m.name)
		}
		sendBack(m.value, shown, any)
	}
	*any = *any || o.shown != nil
}

// around returns the place of the object that has a member of this name at a place; nil if
// the name is another.
func around(at jsontree.Pointer, name string) jsontree.Pointer {
	if last := len(at) - 1; last >= 0 && at[last] == name {
		return append(jsontree.Pointer{}, at[:last]...)
	}
	return nil
}

// held returns the user that was read before the call; nil if none was.
func (r *row) held() *jsontree.Value {
	if r.read == nil {
		r.read = &jsontree.Value{}
		if whole, ok := r.record.User.Value(destination.Whole); ok {
			if v, err := jsontree.Parse([]byte(whole.Text)); err == nil {
				r.read = v
			}
		}
	}
	return r.read
}

// appendHeld appends what was read of the object and is not sent, exactly as it came.
// A secret is left out: what an API shows of one is not the secret.
func (o *object) appendHeld(b []byte, first int, r *row, sent []bool) []byte {
	if o.shown == nil {
		return b
	}
	shown, ok := o.shown.In(r.held())
	if !ok || shown.Kind != '{' {
		return b
	}
	for i, name := range shown.Names {
		at := slices.IndexFunc(o.members, func(m member) bool { return m.name == name })
		if at >= 0 && (sent[at] || o.members[at].isSecret()) {
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		b = shown.Items[i].Append(append(rest.AppendText(b, name), ':'))
	}
	return b
}

func (m member) isSecret() bool {
	l, ok := m.value.(*leaf)
	return ok && l.name.IsSecret()
}
