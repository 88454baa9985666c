package main

import (
	"cmp"
	"slices"

	"usersync/sync/user"
)

// changes counts what would be another value at the destination than the ledger
// knows. It is for one goroutine.
type changes struct {
	compared int // records of users whom the ledger knows
	changed  int // of these, the records that change anything
	fields   map[user.Field]*fieldChange
}

// fieldChange is how many records change a field.
type fieldChange struct {
	Field user.Field `json:"field"`
	// Users are those for whom it changes, New those of them of whom no value was
	// known.
	Users int `json:"users"`
	New   int `json:"new,omitempty"`
}

// add counts a record; differs are the fields that are not known as it says.
func (c *changes) add(known user.Prints, differs []user.Field) {
	c.compared++
	if len(differs) == 0 {
		return
	}
	c.changed++
	if c.fields == nil {
		c.fields = map[user.Field]*fieldChange{}
	}
	for _, name := range differs {
		f := c.fields[name]
		if f == nil {
			f = &fieldChange{Field: name}
			c.fields[name] = f
		}
		f.Users++
		if !knows(known, name) {
			f.New++
		}
	}
}

// knows reports whether any value of the field was known.
func knows(p user.Prints, name user.Field) bool {
	if slices.ContainsFunc(p.Fields, func(f user.Print) bool { return f.Field == name }) {
		return true
	}
	return name == secretFields && p.Secrets != [16]byte{}
}

// list returns the fields, the one that changes most first.
func (c *changes) list() []fieldChange {
	var all []fieldChange
	for _, f := range c.fields {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b fieldChange) int {
		return cmp.Or(b.Users-a.Users, cmp.Compare(a.Field, b.Field))
	})
	return all
}
