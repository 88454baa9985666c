package custom

import (
	"errors"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/request"
)

// calls reads the calls. `upsert` is both create and update.
func (d *decoder) calls(root document.Node) error {
	c := d.config
	return root.Each(func(name string, _ int, v document.Node) error {
		var err error
		switch name {
		case "create":
			err = d.one(v, &c.create, "POST")
		case "update":
			err = d.one(v, &c.update, "PATCH")
		case "delete":
			err = d.one(v, &c.remove, "DELETE")
		case "read":
			c.read = &read{}
			err = d.reader(v, c.read)
		case "probe":
			c.probe = &call{}
			err = d.probe(v, c.probe)
		case "reactivate":
			c.reactivate = &reactivation{}
			err = d.reactivate(v, c.reactivate)
		case "upsert":
			err = d.upsert(v)
		}
		return err
	})
}

func (d *decoder) upsert(a document.Node) error {
	var both *call
	if err := d.one(a, &both, "POST"); err != nil {
		return err
	}
	both.upsert = true
	c := d.config
	if c.create != nil || c.update != nil {
		return a.Fault("cannot be combined with create or update", "keep upsert alone, or the two of them")
	}
	c.create, c.update = both, both
	return nil
}

func (d *decoder) one(a document.Node, to **call, method string) error {
	if *to != nil {
		return a.Fault("cannot be combined with upsert", "keep upsert alone, or create and update")
	}
	n := &call{line: a.Line, Request: request.Request{Method: method}}
	*to = n
	err := d.Decode(a, &n.Request, true, document.Keys{
		"method": document.Words(&n.Method, "POST", "PUT", "PATCH", "DELETE"),
		"replay": replay(&n.replay), "merge": merge(n),
		"answer": n.answer.Decode,
	})
	if err != nil {
		return err
	}
	return d.Check(a, &n.Request, n.answer.Names())
}

func replay(to *destination.Replay) func(document.Node) error {
	return func(a document.Node) error {
		var word string
		err := document.Words(&word, "unsafe", "detectable", "safe")(a)
		*to = map[string]destination.Replay{"detectable": destination.Detectable, "safe": destination.Safe}[word]
		return err
	}
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

// reader reads the section of the read-back.
func (d *decoder) reader(a document.Node, to *read) error {
	to.line, to.Method, to.Batch = a.Line, "GET", 1
	err := d.Address(&to.Request).With(document.Keys{
		"method": document.Words(&to.Method, "GET", "POST"), "body": d.Body(&to.Request), "answer": to.shown.Decode,
	}).Read(a)
	if err != nil {
		return err
	}
	if err := to.RequirePath(a, "/users/{id}"); err != nil {
		return err
	}
	if err := to.shown.Complete(a); err != nil {
		return err
	}
	return d.Check(a, &to.Request, to.shown.Names())
}
