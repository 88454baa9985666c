package request

import (
	"go.yaml.in/yaml/v3"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// tree compiles the nodes of a body.
type tree struct {
	clear  string
	item   bool // compiling item:
	inside bool // compiling the body around the users of item:
	places int  // occurrences of {items}
	named  []user.Field
	forms  map[user.Field]form.Form
	pieces int
}

func (t *tree) node(a document.Node) (node, error) {
	if t.pieces++; t.pieces > document.MaxPieces {
		return nil, a.Fault("holds more than 10,000 pieces, or itself", "check what *name refers to")
	}
	if name, ok := a.Braced(); ok {
		return t.text(a, "{"+name+"}")
	}
	switch a.Kind {
	case yaml.MappingNode:
		o := &object{}
		return o, a.Each(func(name string, _ int, v document.Node) error {
			value, err := t.node(v)
			o.members = append(o.members, member{name, append(rest.AppendText(nil, name), ':'), value})
			return err
		})
	case yaml.SequenceNode:
		l := &array{}
		return l, a.List(func(e document.Node) error {
			element, err := t.node(e)
			l.elements = append(l.elements, element)
			return err
		})
	}
	if a.Tag == "!!str" {
		return t.text(a, a.Value)
	}
	plain, err := document.PlainJSON(a)
	return literal(plain), err
}

func (t *tree) text(a document.Node, source string) (node, error) {
	parsed, err := ParseTemplate(source)
	if err != nil {
		return nil, a.Wrong(err)
	}
	if err := t.add(a, parsed); err != nil {
		return nil, err
	}
	switch alone := parsed.alone(); {
	case len(parsed.refs()) == 0:
		plain, _, err := parsed.fill(&row{})
		return literal(rest.AppendText(nil, plain)), err
	case alone == nil:
		return &text{parsed}, nil
	case alone.name == refItems:
		t.places++
		return items{}, nil
	case alone.name == Others:
		return others{t.clear}, nil
	default:
		if t.forms != nil && t.forms[alone.name] == "" {
			t.forms[alone.name] = alone.form
		}
		return &leaf{*alone, t.clear}, nil
	}
}

// add checks that the placeholders of a text are allowed where it is, and adds their names.
func (t *tree) add(a document.Node, parsed Template) error {
	for _, r := range parsed.refs() {
		if t.item && r.name == refItems {
			return a.Fault("has {items} inside of item:", "use it in body:, where the users of item: go")
		}
		if t.inside && r.name != refItems && r.name != Account {
			return a.Fault("names a user outside of item:", "only {items} and {account} are allowed there")
		}
		if (r.name == refItems || r.name == Others) && parsed.alone() == nil {
			return a.Fault("has {"+string(r.name)+"} inside a text", "use it alone")
		}
		t.named = append(t.named, r.name)
	}
	return nil
}
