// Package resource holds a SCIM user as JSON, in its original order, and the paths to
// its attributes (RFC 7643, RFC 7644 3.5.2). It makes no calls. Start at Parse and
// ParsePath.
package resource

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object in order. Values are jsontext.Value, *Object or *Array, so
// what is not changed is sent back as received, digit for digit.
type Object struct{ Members []Member }

// Member is a name and its value.
type Member struct {
	Name  string
	Value any
}

// Array is a JSON array; its items are values like a Member's.
type Array struct{ Items []any }

// find returns the index of a member, comparing names without case (RFC 7643 2.1); -1 if
// there is none.
func (o *Object) find(name string) int {
	return slices.IndexFunc(o.Members, func(m Member) bool {
		return m.Name == name || len(m.Name) == len(name) && strings.EqualFold(m.Name, name)
	})
}

// Value returns the value of a name; nil if there is none.
func (o *Object) Value(name string) any {
	if i := o.find(name); i >= 0 {
		return o.Members[i].Value
	}
	return nil
}

// Set sets the value of a name, in place if it has one.
func (o *Object) Set(name string, value any) {
	if i := o.find(name); i >= 0 {
		o.Members[i].Value = value
		return
	}
	o.Members = append(o.Members, Member{name, value})
}

// Drop removes a member.
func (o *Object) Drop(name string) {
	if i := o.find(name); i >= 0 {
		o.Members = slices.Delete(o.Members, i, i+1)
	}
}

// child returns the object at a name, and creates it if there is none.
func (o *Object) child(name string) *Object {
	inner, ok := o.Value(name).(*Object)
	if !ok {
		inner = &Object{}
		o.Set(name, inner)
	}
	return inner
}

// Put sets the value at p.
func (o *Object) Put(p Path, raw jsontext.Value) {
	if p.URN != "" {
		o = o.child(p.URN)
	}
	if p.Where != "" {
		items, ok := o.Value(p.Attr).(*Array)
		if !ok {
			items = &Array{}
			o.Set(p.Attr, items)
		}
		o = items.element(p)
		if p.Sub == "" {
			return
		}
		o.Set(p.Sub, raw)
		return
	}
	if p.Sub != "" {
		o.child(p.Attr).Set(p.Sub, raw)
		return
	}
	o.Set(p.Attr, raw)
}

// element returns the element that p's filter finds, and creates it if there is none.
func (a *Array) element(p Path) *Object {
	if i := a.match(p); i >= 0 {
		return a.Items[i].(*Object)
	}
	added := &Object{Members: []Member{{p.Where, jsontext.Value(p.Is)}}}
	a.Items = append(a.Items, added)
	return added
}

// match returns the index of the first element that p's filter finds.
func (a *Array) match(p Path) int {
	return slices.IndexFunc(a.Items, func(item any) bool {
		o, ok := item.(*Object)
		if !ok {
			return false
		}
		held, ok := o.Value(p.Where).(jsontext.Value)
		return ok && strings.EqualFold(Plain(held), Plain(jsontext.Value(p.Is)))
	})
}

// At returns the value at p; nil if there is none, or null. A server may return just the
// value of a manager and the like.
func (o *Object) At(p Path) any {
	if p.URN != "" {
		inner, ok := o.Value(p.URN).(*Object)
		if !ok {
			return nil
		}
		o = inner
	}
	value := o.Value(p.Attr)
	if p.Where != "" {
		items, ok := value.(*Array)
		if !ok {
			return nil
		}
		i := items.match(p)
		if i < 0 {
			return nil
		}
		value = items.Items[i]
	}
	if inner, ok := value.(*Object); ok && p.Sub != "" {
		value = inner.Value(p.Sub)
	} else if p.Sub != "" && p.Sub != "value" {
		return nil
	}
	if raw, ok := value.(jsontext.Value); ok && raw.Kind() == 'n' {
		return nil
	}
	return value
}

// Remove removes the value at p, and what it leaves empty. Removing the value of an
// element removes the element.
func (o *Object) Remove(p Path) {
	outer := o
	if p.URN != "" {
		inner, ok := o.Value(p.URN).(*Object)
		if !ok {
			return
		}
		o = inner
	}
	switch held := o.Value(p.Attr).(type) {
	case *Array:
		held.remove(p)
		if p.Where == "" || len(held.Items) == 0 {
			o.Drop(p.Attr)
		}
	case *Object:
		held.Drop(p.Sub)
		if p.Sub == "" || len(held.Members) == 0 {
			o.Drop(p.Attr)
		}
	default:
		o.Drop(p.Attr)
	}
	if p.URN != "" && len(o.Members) == 0 {
		outer.Drop(p.URN)
	}
}

func (a *Array) remove(p Path) {
	i := a.match(p)
	switch {
	case p.Where == "" || i < 0:
	case p.Sub == "" || p.Sub == "value":
		a.Items = slices.Delete(a.Items, i, i+1)
	default:
		a.Items[i].(*Object).Drop(p.Sub)
	}
}

// HasElement reports whether p's filter finds an element.
func (o *Object) HasElement(p Path) bool {
	p.Sub = ""
	return o.At(p) != nil
}

// Text returns the text of a member; "" if it has none.
func (o *Object) Text(name string) string {
	raw, _ := o.Value(name).(jsontext.Value)
	return Scalar(raw)
}

// NameSchemas adds the core schema to schemas, and those whose attributes are present
// (RFC 7643 3).
func (o *Object) NameSchemas() {
	named, ok := o.Value("schemas").(*Array)
	if !ok {
		named = &Array{}
		o.Set("schemas", named)
	}
	named.addText(CoreURN)
	for _, m := range o.Members {
		if isURN(m.Name) {
			named.addText(m.Name)
		}
	}
}

func (a *Array) addText(s string) {
	for _, item := range a.Items {
		if raw, ok := item.(jsontext.Value); ok && Plain(raw) == s {
			return
		}
	}
	a.Items = append(a.Items, Quote(s))
}
