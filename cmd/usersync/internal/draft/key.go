package draft

import (
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/profile"
	"usersync/sync/user"
)

// keyColumns are the indexes of the columns that can hold the users' key by their names,
// the likeliest first.
func keyColumns(names []string) []int {
	var all []int
	add := func(fits func(name string) bool) {
		for i, name := range names {
			if fits(name) && !slices.Contains(all, i) {
				all = append(all, i)
			}
		}
	}
	add(func(name string) bool { return knownField(name) == user.ID })
	for _, key := range slices.Concat(keyNames, foreignKeys) {
		add(func(name string) bool { return slices.Contains(plains(name), key) })
	}
	add(func(name string) bool { return guessedField(name) == user.Email })
	return all
}

// claimKey chooses the column of the users' key: the likeliest that is different in every row,
// and filled in nearly all. If there is none, it is left to a person.
func (d *Draft) claimKey(names []string) {
	candidates := keyColumns(names)
	at := slices.IndexFunc(candidates, func(i int) bool { return d.sample.profile.Rows == 0 || nearlyKey(d.column(i)) })
	if at < 0 {
		d.undecidedKey(candidates)
		return
	}
	key := candidates[at]
	r := rule{field: user.ID, column: key, guessed: knownField(names[key]) != user.ID}
	if at > 0 && d.sample.profile.Rows > 0 {
		first := d.sample.profile.Columns[candidates[0]]
		r.note, r.guessed = fmt.Sprintf("%s has %s", d.columnName(first.Name, candidates[0]), shortcoming(first)), true
	} else if own := d.column(key); own.Rows > own.Values() {
		r.note, r.guessed = fmt.Sprintf("it has %s; look at those rows", shortcoming(own)), true
	}
	d.add(r)
}

// nearlyKey reports whether no value of a column is there twice, and at most one row of twenty
// lacks one: an empty id is a mistake of that row, and no reason for another key.
func nearlyKey(c *profile.Column) bool {
	return c.Values() > 0 && (c.Rows-c.Values())*20 <= c.Rows && c.Different()
}

// undecidedKey says what is in the way, and proposes a column.
func (d *Draft) undecidedKey(candidates []int) {
	o := decision{field: user.ID, line: "id: COLUMN", why: "the users' key; required"}
	if i := d.unnamedKey(); i >= 0 && (len(candidates) == 0 || guessedField(d.column(candidates[0]).Name) == user.Email) {
		o.line = "id: " + scalar(d.column(i).Name)
		o.why = "required; no name looks like that of the users' key, but this column is different in every row"
	} else if len(candidates) > 0 {
		c := d.sample.profile.Columns[candidates[0]]
		o.line = "id: " + scalar(c.Name)
		o.why = "required; but it has " + shortcoming(c) + " in the sample: correct the file, or choose another column"
		o.hint = fmt.Sprintf("no column is filled and different in every row: %s has %s; decide on the users' key under fields: as id", d.columnName(c.Name, candidates[0]), shortcoming(c))
	}
	if o.hint == "" {
		o.hint = "no column looks like the users' key: name it under fields: as id"
	}
	d.open = append(d.open, o)
}

// unnamedKey is the first column that is unique and not a name, an address or a date; -1
// if there is none. A name with digits may be a user's data, of a file without a header.
func (d *Draft) unnamedKey() int {
	if d.sample.profile.Rows < 2 {
		return -1
	}
	return slices.IndexFunc(d.sample.profile.Columns, func(c *profile.Column) bool {
		shapes, _ := c.Shapes(1)
		return c.Unique() && c.Name != "" && !strings.ContainsAny(c.Name, "0123456789@") && c.Longest <= 40 && guessedField(c.Name) == "" && !c.Dates.AreDates() &&
			c.Emails == 0 && len(shapes) > 0 && strings.Contains(shapes[0].Text, "9") && !strings.ContainsAny(shapes[0].Text, "_:@")
	})
}

// shortcoming says why a column cannot be the key.
func shortcoming(c *profile.Column) string {
	var parts []string
	if n := c.Rows - c.Values(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d empty", n))
	}
	if n, exact := c.Repeated(); exact && n > 0 {
		parts = append(parts, fmt.Sprintf("%d repeated", n))
	}
	if len(parts) == 0 {
		return "cells that are not unique"
	}
	return strings.Join(parts, " and ") + " of " + fmt.Sprint(c.Rows) + " cells"
}
