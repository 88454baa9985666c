package custom

import (
	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
)

// reactivate reads the section of the call for a user who returns.
func (d *decoder) reactivate(a document.Node, to *reactivation) error {
	to.line, to.Method, to.replay = a.Line, "POST", destination.Safe
	var when string
	err := d.Decode(a, &to.Request, false, document.Keys{
		"method": document.Words(&to.Method, "POST", "PUT", "PATCH", "DELETE"),
		"when":   document.Words(&when, "after", "before"),
		"answer": to.answer.Decode,
	})
	if err != nil {
		return err
	}
	to.first = when == "before"
	if err := d.Check(a, &to.Request, to.answer.Names()); err != nil {
		return err
	}
	if !to.OfUser() && !to.HasBody() {
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
	case c.update.upsert && !c.update.answer.TellsUpdates():
		return a.Fault("needs to know which users upsert: has updated", "add created: /pointer to the answer of upsert:, or done: with as: updated")
	}
	return nil
}
