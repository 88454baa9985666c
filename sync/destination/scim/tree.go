package scim

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object in order. Values are jsontext.Value, *object or
// *array, so that what nobody touches goes back as it came, digit for digit.
type object struct{ members []member }

type member struct {
	name  string
	value any
}

type array struct{ items []any }

// find returns the place of a member, whose name is compared without case (RFC
// 7643 2.1); -1 if there is none.
func (o *object) find(name string) int {
	return slices.IndexFunc(o.members, func(m member) bool {
		return m.name == name || len(m.name) == len(name) && strings.EqualFold(m.name, name)
	})
}

func (o *object) value(name string) any {
	if i := o.find(name); i >= 0 {
		return o.members[i].value
	}
	return nil
}

func (o *object) set(name string, value any) {
	if i := o.find(name); i >= 0 {
		o.members[i].value = value
		return
	}
	o.members = append(o.members, member{name, value})
}

func (o *object) drop(name string) {
	if i := o.find(name); i >= 0 {
		o.members = slices.Delete(o.members, i, i+1)
	}
}

// child returns the object under a name, and makes it where there is none.
func (o *object) child(name string) *object {
	inner, ok := o.value(name).(*object)
	if !ok {
		inner = &object{}
		o.set(name, inner)
	}
	return inner
}

// put sets the value at p.
func (o *object) put(p path, raw jsontext.Value) {
	if p.urn != "" {
		o = o.child(p.urn)
	}
	if p.where != "" {
		items, ok := o.value(p.attr).(*array)
		if !ok {
			items = &array{}
			o.set(p.attr, items)
		}
		o = items.element(p)
		if p.sub == "" {
			return
		}
		o.set(p.sub, raw)
		return
	}
	if p.sub != "" {
		o.child(p.attr).set(p.sub, raw)
		return
	}
	o.set(p.attr, raw)
}

// element returns the element that p's filter finds, and makes it where there
// is none.
func (a *array) element(p path) *object {
	if i := a.match(p); i >= 0 {
		return a.items[i].(*object)
	}
	made := &object{members: []member{{p.where, jsontext.Value(p.is)}}}
	a.items = append(a.items, made)
	return made
}

// match returns the place of the first element that p's filter finds.
func (a *array) match(p path) int {
	return slices.IndexFunc(a.items, func(item any) bool {
		o, ok := item.(*object)
		if !ok {
			return false
		}
		held, ok := o.value(p.where).(jsontext.Value)
		return ok && strings.EqualFold(plain(held), plain(jsontext.Value(p.is)))
	})
}

// at returns the value at p; nil if there is none, or null. A list of users'
// managers and the like may be shown as their value alone.
func (o *object) at(p path) any {
	if p.urn != "" {
		inner, ok := o.value(p.urn).(*object)
		if !ok {
			return nil
		}
		o = inner
	}
	value := o.value(p.attr)
	if p.where != "" {
		items, ok := value.(*array)
		if !ok {
			return nil
		}
		i := items.match(p)
		if i < 0 {
			return nil
		}
		value = items.items[i]
	}
	if inner, ok := value.(*object); ok && p.sub != "" {
		value = inner.value(p.sub)
	} else if p.sub != "" && p.sub != "value" {
		return nil
	}
	if raw, ok := value.(jsontext.Value); ok && raw.Kind() == 'n' {
		return nil
	}
	return value
}

// remove takes away what stands at p, and what it leaves empty. An element goes
// with its value.
func (o *object) remove(p path) {
	outer := o
	if p.urn != "" {
		inner, ok := o.value(p.urn).(*object)
		if !ok {
			return
		}
		o = inner
	}
	switch held := o.value(p.attr).(type) {
	case *array:
		held.remove(p)
		if p.where == "" || len(held.items) == 0 {
			o.drop(p.attr)
		}
	case *object:
		held.drop(p.sub)
		if p.sub == "" || len(held.members) == 0 {
			o.drop(p.attr)
		}
	default:
		o.drop(p.attr)
	}
	if p.urn != "" && len(o.members) == 0 {
		outer.drop(p.urn)
	}
}

func (a *array) remove(p path) {
	i := a.match(p)
	switch {
	case p.where == "" || i < 0:
	case p.sub == "" || p.sub == "value":
		a.items = slices.Delete(a.items, i, i+1)
	default:
		a.items[i].(*object).drop(p.sub)
	}
}
