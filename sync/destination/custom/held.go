package custom

import (
	"errors"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// matchBody finds the objects of an update's body that the answer to a read shows as
// objects too: those of which a member is a field that the answer shows under the
// same name. What such an object holds besides is sent back (merge: true).
func (c *Config) matchBody() {
	matchNode(c.update.body, c.read.fields, &c.update.whole)
}

func matchNode(n node, fields []readField, any *bool) {
	o, ok := n.(*object)
	if !ok {
		return
	}
	for _, m := range o.members {
		if l, ok := m.value.(*leaf); ok && o.shown == nil {
			o.shown = shownObject(fields, l.name, m.name)
		}
		matchNode(m.value, fields, any)
	}
	*any = *any || o.shown != nil
}

// shownObject returns the place of the object in which the answer shows the field
// under this name; nil if it does not.
func shownObject(fields []readField, f user.Field, name string) jsontree.Pointer {
	for _, r := range fields {
		if last := len(r.at) - 1; r.field == f && last >= 0 && r.at[last] == name {
			return append(jsontree.Pointer{}, r.at[:last]...)
		}
	}
	return nil
}

// whole is the user as the answer shows it, for an update that sends it back.
func (d *description) whole(shown *jsontree.Value) []user.Attribute {
	if d.config.update == nil || !d.config.update.whole {
		return nil
	}
	return []user.Attribute{{Field: destination.Whole, Value: user.JSONValue(string(shown.Append(nil)))}}
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

var errNotMerge = errors.New("must be true, false or named")

// merge reads whether an update sends back what the row leaves out: all that is
// shown, or (named) only the fields that the call names.
func merge(to *call) func(document.Node) error {
	return func(a document.Node) error {
		if a.Value == "named" {
			to.merge, to.mergeNamed = true, true
			return nil
		}
		if document.Boolean(&to.merge)(a) != nil {
			return a.Wrong(errNotMerge)
		}
		return nil
	}
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
