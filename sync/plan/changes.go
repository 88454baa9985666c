package plan

import (
	"cmp"
	"slices"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Changes counts values that would change at the destination, compared with the ledger. It
// is for one goroutine.
type Changes struct {
	Compared int // records of users that the ledger knows
	Changed  int // of these, records with at least one change
	fields   map[user.Field]*FieldChange
}

// FieldChange is how many records change a field.
type FieldChange struct {
	Field user.Field
	// Users is how many users it changes for; for New of them no value was known
	// before.
	Users int
	New   int
}

// add counts a record; differs are the fields whose values are not the known ones.
func (c *Changes) add(known user.Fingerprints, differs []user.Field) {
	c.Compared++
	if len(differs) == 0 {
		return
	}
	c.Changed++
	if c.fields == nil {
		c.fields = map[user.Field]*FieldChange{}
	}
	for _, name := range differs {
		f := c.fields[name]
		if f == nil {
			f = &FieldChange{Field: name}
			c.fields[name] = f
		}
		f.Users++
		if !knows(known, name) {
			f.New++
		}
	}
}

// knows reports whether any value of the field was known.
func knows(p user.Fingerprints, name user.Field) bool {
	if slices.ContainsFunc(p.Fields, func(f user.Fingerprint) bool { return f.Field == name }) {
		return true
	}
	return name == fingerprint.Secrets && p.Secrets != [16]byte{}
}

// Of returns how many records change a field.
func (c *Changes) Of(name user.Field) FieldChange {
	if f := c.fields[name]; f != nil {
		return *f
	}
	return FieldChange{Field: name}
}

// List returns the fields that change, the one that changes most first.
func (c *Changes) List() []FieldChange {
	var all []FieldChange
	for _, f := range c.fields {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b FieldChange) int {
		return cmp.Or(b.Users-a.Users, cmp.Compare(a.Field, b.Field))
	})
	return all
}
