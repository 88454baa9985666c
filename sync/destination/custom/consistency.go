package custom

import (
	"slices"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/user"
)

// checkSection checks that the parts of the section fit each other.
func (d *decoder) checkSection(root document.Node) error {
	c := d.config
	if c.create == nil && c.update == nil && c.remove == nil {
		return root.Fault("has no call", "add create:, update:, upsert: or delete:")
	}
	if err := d.namedFields(root); err != nil {
		return err
	}
	for _, named := range c.calls() {
		a := document.Node{Node: root.Node, Key: "custom." + named.name}
		a.Node = document.LineOf(root, named.line)
		if err := c.checkCall(a, named.call); err != nil {
			return err
		}
	}
	if err := c.checkReactivate(root); err != nil {
		return err
	}
	return c.checkRead(root)
}

// namedFields checks that rules are only about fields that are sent: other rules
// would have no effect.
func (d *decoder) namedFields(root document.Node) error {
	c := d.config
	asked := slices.Clone(c.required)
	for _, p := range c.patterns {
		asked = append(asked, p.field)
	}
	for _, f := range asked {
		if f != refID && !c.takesOthers() && !slices.Contains(c.fields(), f) {
			return &Error{Line: root.Line, Rule: "custom.required or custom.patterns names " + string(f) + ", which no call sends", Word: string(f), Known: texts(c.fields())}
		}
	}
	return nil
}

// namedCall is a call and its key in the section.
type namedCall struct {
	name string
	*call
}

func (c *Config) calls() []namedCall {
	var all []namedCall
	for _, n := range []namedCall{{"create", c.create}, {"update", c.update}, {"delete", c.remove}} {
		if n.call != nil && !slices.ContainsFunc(all, func(o namedCall) bool { return o.call == n.call }) {
			if n.upsert {
				n.name = "upsert"
			}
			all = append(all, n)
		}
	}
	return all
}

func (c *Config) checkCall(a document.Node, n *call) error {
	w := &n.answer
	lists := len(w.lists()) > 0 || len(w.buckets) > 0
	switch {
	case n.item != nil && !lists && w.absent != absentSucceeded:
		return a.Fault("carries several users, but its answer describes none", "say where the answer does (results, errors, done, buckets), or absent: succeeded")
	case n.item != nil && w.key != nil:
		return a.Fault("carries several users, but key: of its answer is about one", "put key: into results:, errors: or done:")
	case !lists && w.absent == absentFailed:
		return a.Fault("is settled as a whole, so absent: failed has no effect", "remove absent:")
	case !c.ownKeys && slices.Contains(n.named, refRemote):
		return a.Fault("has {remote}, but keys: is ours", "write keys: theirs if the API assigns the keys, and otherwise {id}")
	case c.ownKeys && n == c.create && !n.upsert && !w.showsRemote():
		return a.Fault("does not say where the answer shows the key that the API assigned", "add remote: /id to its answer, to results: or to done:")
	case n.merge && (n.item != nil || n != c.update || n.upsert):
		return a.Fault("has merge:, which only an update of one user can have", "")
	case n.merge && slices.Contains(n.named, refOthers):
		return a.Fault("has merge: and {others}, so it is unknown what to read back", "name the fields one by one")
	}
	return nil
}

// showsRemote reports whether some part of the answer shows the key that the API assigned.
func (w *answer) showsRemote() bool {
	return w.top.remote != nil || slices.ContainsFunc(w.lists(), func(l *entries) bool { return l != w.errors && l.remote != nil })
}

// checkRead checks that what an update would have to send back can be read.
func (c *Config) checkRead(root document.Node) error {
	merge := c.update != nil && c.update.merge
	if merge && c.read == nil {
		return document.Node{Node: document.LineOf(root, c.update.line), Key: "custom.update"}.Fault("has merge:, but there is no read:", "add read:, or remove merge: if the API keeps what an update leaves out")
	}
	if c.read == nil {
		return nil
	}
	a := document.Node{Node: document.LineOf(root, c.read.line), Key: "custom.read"}
	for _, f := range c.read.fields {
		if !slices.Contains(c.fields(), f.field) {
			return &Error{Line: a.Line, Rule: "custom.read.answer.fields names " + string(f.field) + ", which no call sends", Word: string(f.field), Known: texts(c.fields())}
		}
	}
	for _, f := range c.update.fields() {
		shown := slices.ContainsFunc(c.read.fields, func(r readField) bool { return r.field == f })
		if merge && !shown && !f.IsSecret() && !slices.Contains(c.update.needs, f) {
			return a.Fault("does not show "+string(f)+", which an update sends, so merge: could not send it back", "add it to fields: of the answer")
		}
	}
	if merge && !c.update.mergeNamed {
		c.matchBody()
	}
	return nil
}

// fields returns the fields of a user that the call names.
func (n *call) fields() []user.Field {
	var fields []user.Field
	if n == nil {
		return nil
	}
	for _, f := range n.named {
		if !reserved(f) && !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// fields returns the fields that some call sends.
func (c *Config) fields() []user.Field {
	var fields []user.Field
	for _, n := range c.calls() {
		for _, f := range n.fields() {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// takesOthers reports whether some call sends fields that no call names.
func (c *Config) takesOthers() bool {
	return slices.ContainsFunc(c.calls(), func(n namedCall) bool { return slices.Contains(n.named, refOthers) })
}

func texts(fields []user.Field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = string(f)
	}
	return list
}
