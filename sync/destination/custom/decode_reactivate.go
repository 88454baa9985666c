package custom

import (
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
)

// reactivate reads the section of the call for a user who returns.
func (d *decoder) reactivate(a document.Node, to *reactivation) error {
	to.line, to.method, to.replay = a.Line, "POST", destination.Safe
	var when string
	var body *document.Node
	err := document.Keys{
		"method": document.Words(&to.method, "POST", "PUT", "PATCH", "DELETE"),
		"path":   path(&to.path), "query": d.pairs(&to.query, false), "headers": d.pairs(&to.headers, true),
		"body":   func(v document.Node) error { body = &v; return nil },
		"when":   document.Words(&when, "after", "before"),
		"answer": func(v document.Node) error { return d.answer(v, &to.answer) },
	}.Read(a)
	if err != nil {
		return err
	}
	to.first = when == "before"
	if err := d.complete(a, &to.call, nil, body); err != nil {
		return err
	}
	if !to.ofUser() && body == nil {
		return a.Fault("names no user", "put {id} or {remote} into its path or its body")
	}
	return nil
}

// checkReactivate checks that there is an update that the call can go with.
func (c *Config) checkReactivate(root document.Node) error {
	if c.reactivate == nil {
		return nil
	}
	a := document.Node{Node: document.LineOf(root, c.reactivate.line), Key: "custom.reactivate"}
	switch {
	case c.update == nil:
		return a.Fault("goes with an update, and there is none", "describe update:, or leave reactivate: out")
	case c.update.upsert && c.reactivate.first:
		return a.Fault("cannot be made before upsert:, which also creates users", "write when: after")
	case c.update.upsert && !c.update.answer.tellsUpdates():
		return a.Fault("needs to know which users upsert: has updated", "add created: /pointer to the answer of upsert:, or done: with as: updated")
	}
	return nil
}

// tellsUpdates reports whether an answer to an upsert tells updated users from created ones.
func (w *answer) tellsUpdates() bool {
	lists := w.lists()
	return w.top.created != nil || slices.ContainsFunc(lists, func(l *entries) bool { return l.created != nil || l.as == meansUpdated })
}
