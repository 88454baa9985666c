package request

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/user"
)

// Decoder reads how the calls to an API are written. Its errors are *document.Error.
type Decoder struct {
	Common
	Values *document.References
	Clear  string                   // the JSON that clears a field; "" if there is none
	Forms  map[user.Field]form.Form // gets the form in which bodies send each field
}

// Address returns the readers of path:, query: and headers:.
func (d *Decoder) Address(to *Request) document.Keys {
	return document.Keys{"path": path(&to.path), "query": d.parameters(&to.query), "headers": d.headers(&to.headers)}
}

// Body returns a reader of the body of a call that sends no fields to store, such as a
// search.
func (d *Decoder) Body(to *Request) func(document.Node) error {
	return func(a document.Node) (err error) {
		t := tree{}
		to.body, err = t.node(a)
		to.named = t.named
		return err
	}
}

// Decode reads a call that sends fields, and compiles its body. The section can have path:,
// query:, headers:, body: and the keys of more. several adds those of a body that carries
// several users: item:, batch: and max_bytes:. Check must follow.
func (d *Decoder) Decode(a document.Node, to *Request, several bool, more document.Keys) error {
	var item, body *document.Node
	keys := d.Address(to).With(more).With(document.Keys{
		"body": func(v document.Node) error { body = &v; return nil },
	})
	if several {
		keys = keys.With(document.Keys{
			"item":  func(v document.Node) error { item = &v; return nil },
			"batch": document.Count(&to.Batch, 1), "max_bytes": document.Count(&to.maxBytes, 1),
		})
	}
	if err := keys.Read(a); err != nil {
		return err
	}
	return d.compile(a, to, item, body)
}

// compile compiles the body, and checks that it fits the rest.
func (d *Decoder) compile(a document.Node, to *Request, item, body *document.Node) error {
	t := tree{clear: d.Clear, forms: d.Forms}
	var err error
	if item != nil {
		t.item = true
		if to.item, err = t.node(*item); err != nil {
			return err
		}
		t.item, t.inside = false, true
	}
	if body != nil {
		if to.body, err = t.node(*body); err != nil {
			return err
		}
	}
	switch {
	case item != nil && body == nil:
		to.body, t.places = items{}, 1
	case item != nil && t.places != 1:
		return a.Fault("needs {items} once in body:, where the users of item: go", "such as body: {data: {items}}")
	case item == nil && to.Batch > 1:
		return a.Fault("has batch: and no item:", "give item: for one user and body: with {items}")
	}
	to.Batch = cmp.Or(to.Batch, 1)
	to.named = t.named
	return to.RequirePath(a, "/users")
}

// RequirePath reports, as a *document.Error, a call without a path, and proposes one.
func (q *Request) RequirePath(a document.Node, proposed string) error {
	if len(q.path) == 0 {
		return a.Fault("has no path", "add path: "+proposed)
	}
	return nil
}

// Check collects the names that the call uses, and those that it needs. answer are the names
// in the keys of its answer.
func (d *Decoder) Check(a document.Node, to *Request, answer []user.Field) error {
	for _, t := range to.path {
		to.needs = append(to.needs, t.Names()...)
	}
	for _, p := range slices.Concat(to.query, to.headers, d.Headers) {
		if to.item != nil && p.value.ofUser() {
			return a.Fault("names a user in "+p.name+", and carries several users", "only {account} is allowed there")
		}
		to.named = append(to.named, p.value.Names()...)
	}
	to.named = slices.Concat(to.named, answer, to.needs)
	if to.item != nil && to.OfUser() {
		return a.Fault("names a user in its path, and carries several users", "leave item: out to send one user per call")
	}
	if slices.Contains(to.named, refItems) && to.item == nil {
		return a.Fault("has {items} and no item:", "give item: for one user")
	}
	return nil
}

func path(to *[]Template) func(document.Node) error {
	return func(a document.Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "?#") || strings.Contains(text, "//") {
			return a.Fault("must begin with / and hold neither a query nor an empty segment", "parameters go under query:")
		}
		for segment := range strings.SplitSeq(text[1:], "/") {
			t, err := ParseTemplate(segment)
			if err != nil {
				return a.Wrong(err)
			}
			*to = append(*to, t)
		}
		return nil
	}
}

func (d *Decoder) parameters(to *[]Pair) func(document.Node) error {
	return func(a document.Node) error {
		return a.Each(func(name string, _ int, v document.Node) error {
			text, err := v.Scalar()
			if err != nil {
				return err
			}
			t, err := ParseTemplate(text)
			if err != nil {
				return v.Wrong(err)
			}
			*to = append(*to, Pair{name: name, value: t})
			return nil
		})
	}
}

func (d *Decoder) headers(to *[]Pair) func(document.Node) error {
	return func(a document.Node) error {
		return a.Each(func(name string, _ int, v document.Node) error {
			p, err := d.Header(name, v)
			*to = append(*to, p)
			return err
		})
	}
}

// Header reads one header. A value from a variable or a file is not shown.
func (d *Decoder) Header(name string, a document.Node) (Pair, error) {
	p := Pair{name: name}
	if !httpguts.ValidHeaderFieldName(name) {
		return p, a.Fault("is not the name of a header", "")
	}
	var text string
	if err := d.Values.Text(&text)(a); err != nil {
		return p, err
	}
	if !httpguts.ValidHeaderFieldValue(text) {
		return p, a.Fault("holds what a header cannot carry", "check for line breaks in it")
	}
	if document.IsReference(a.Value) {
		d.Values.Hide(text)
		p.secret, p.value = true, Template{parts: []part{{text: text}}, text: a.Value}
		return p, nil
	}
	var err error
	if p.value, err = ParseTemplate(text); err != nil {
		return p, a.Wrong(err)
	}
	return p, nil
}
