package custom

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/user"
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
			var both *call
			if err = d.one(v, &both, "POST"); err == nil {
				both.upsert = true
				if c.create != nil || c.update != nil {
					return v.Fault("cannot be combined with create or update", "keep upsert alone, or the two of them")
				}
				c.create, c.update = both, both
			}
		}
		return err
	})
}

func (d *decoder) one(a document.Node, to **call, method string) error {
	if *to != nil {
		return a.Fault("cannot be combined with upsert", "keep upsert alone, or create and update")
	}
	*to = &call{line: a.Line, request: request{method: method}}
	var parts struct{ item, body *document.Node }
	err := document.Keys{
		"method": document.Words(&(*to).method, "POST", "PUT", "PATCH", "DELETE"),
		"path":   path(&(*to).path), "query": d.pairs(&(*to).query, false), "headers": d.pairs(&(*to).headers, true),
		"item":  func(v document.Node) error { parts.item = &v; return nil },
		"body":  func(v document.Node) error { parts.body = &v; return nil },
		"batch": document.Count(&(*to).batch, 1), "max_bytes": document.Count(&(*to).maxBytes, 1),
		"replay": replay(&(*to).replay), "merge": merge(*to),
		"answer": func(v document.Node) error { return d.answer(v, &(*to).answer) },
	}.Read(a)
	if err != nil {
		return err
	}
	return d.complete(a, *to, parts.item, parts.body)
}

func replay(to *destination.Replay) func(document.Node) error {
	return func(a document.Node) error {
		var word string
		err := document.Words(&word, "unsafe", "detectable", "safe")(a)
		*to = map[string]destination.Replay{"detectable": destination.Detectable, "safe": destination.Safe}[word]
		return err
	}
}

func path(to *[]template) func(document.Node) error {
	return func(a document.Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "?#") || strings.Contains(text, "//") {
			return a.Fault("must begin with / and hold neither a query nor an empty segment", "parameters go under query:")
		}
		for segment := range strings.SplitSeq(text[1:], "/") {
			t, err := parseTemplate(segment)
			if err != nil {
				return a.Wrong(err)
			}
			*to = append(*to, t)
		}
		return nil
	}
}

func (d *decoder) pairs(to *[]pair, header bool) func(document.Node) error {
	return func(a document.Node) error {
		return a.Each(func(name string, _ int, v document.Node) error {
			if header {
				p, err := d.header(name, v)
				*to = append(*to, p)
				return err
			}
			text, err := v.Scalar()
			if err != nil {
				return err
			}
			t, err := parseTemplate(text)
			if err != nil {
				return v.Wrong(err)
			}
			*to = append(*to, pair{name: name, value: t})
			return nil
		})
	}
}

// complete compiles the body, and checks that the parts of a call fit each other.
func (d *decoder) complete(a document.Node, c *call, item, body *document.Node) error {
	t := tree{clear: d.config.clear, forms: d.config.forms}
	var err error
	if item != nil {
		if c.item, err = t.node(*item); err != nil {
			return err
		}
	}
	if body != nil {
		t.inside = item != nil
		if c.body, err = t.node(*body); err != nil {
			return err
		}
	}
	switch {
	case item != nil && body == nil:
		c.body, t.places = items{}, 1
	case item != nil && t.places != 1:
		return a.Fault("needs {items} once in body:, where the users of item: go", "such as body: {data: {items}}")
	case item == nil && c.batch > 1:
		return a.Fault("has batch: and no item:", "give item: for one user and body: with {items}")
	case len(c.path) == 0:
		return a.Fault("has no path", "add path: /users")
	}
	c.batch = cmp.Or(c.batch, 1)
	c.named = t.named
	return c.check(a, d.config)
}

// check collects the names that the call uses, and those that it needs.
func (c *call) check(a document.Node, config *Config) error {
	for _, t := range c.path {
		for _, r := range t.refs() {
			c.needs = append(c.needs, r.name)
		}
	}
	for _, p := range slices.Concat(c.query, c.headers, config.headers) {
		if c.item != nil && p.value.ofUser() {
			return a.Fault("names a user in "+p.name+", and carries several users", "only {account} is allowed there")
		}
		for _, r := range p.value.refs() {
			c.named = append(c.named, r.name)
		}
	}
	for _, by := range append(c.answer.keysets(), c.answer.keyedBy) {
		for _, t := range by {
			for _, r := range t.refs() {
				c.named = append(c.named, r.name)
			}
		}
	}
	c.named = append(c.named, c.needs...)
	if c.item != nil && c.ofUser() {
		return a.Fault("names a user in its path, and carries several users", "leave item: out to send one user per call")
	}
	if i := slices.IndexFunc(c.named, func(f user.Field) bool { return f == refItems }); i >= 0 && c.item == nil {
		return a.Fault("has {items} and no item:", "give item: for one user")
	}
	return nil
}

// ofUser reports whether the path belongs to one user.
func (c *call) ofUser() bool { return slices.ContainsFunc(c.path, template.ofUser) }

// collection reports whether a 404 is about the address and not about a user.
func (c *call) collection() bool {
	_, said := c.answer.meanings["404"]
	return !said && !c.ofUser()
}

func headerSafe(s string) bool { return httpguts.ValidHeaderFieldValue(s) }
