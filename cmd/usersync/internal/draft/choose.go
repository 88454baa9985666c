package draft

import (
	"cmp"
	"fmt"
	"slices"

	"usersync/sync/user"
)

// chooser chooses the columns of the fields, after that of the users' key.
type chooser struct {
	*Draft
	names []string // of the columns
}

// choose maps columns, those that are certain before those that are guessed.
func (d chooser) choose() {
	d.claimKnown()
	if len(d.rules) > 0 { // otherwise the names may be a user's data
		d.claimOwn()
	}
	d.claimGuesses()
	d.claimEmail()
	d.claimActive()
	d.claimBirthYear()
	d.claimUserName()
}

// candidate is a column for a field.
type candidate struct {
	column, filled int
	ours           bool // the name is ours, but for letter case and punctuation
}

// claimKnown maps the columns that are named like a field.
func (d chooser) claimKnown() {
	for i, name := range d.names {
		f := knownField(name)
		if meant := d.meant(name); f == user.Name && meant != "" {
			f = meant
		}
		if f == user.ID || f == "" || d.uses(i) && f != user.UserName && f != user.Email {
			continue
		}
		if why := d.contradicts(f, i, false); why != "" {
			d.unsent[i] = why
			continue
		}
		d.add(rule{field: f, column: i})
	}
}

// claimOwn maps the columns that are named like a path or an attribute of the API.
func (d chooser) claimOwn() {
	for i, name := range d.names {
		if !d.uses(i) && d.unsent[i] == "" {
			d.add(rule{field: d.ownField(name), column: i})
		}
	}
}

// claimGuesses maps the columns that mean a field in other systems. Of several it takes the
// one with the most values.
func (d chooser) claimGuesses() {
	found := map[user.Field][]candidate{}
	var order []user.Field
	for i, name := range d.names {
		f := d.meant(name)
		shared := d.uses(i) && (f == user.Email || f == user.UserName) // the key can be one, too
		if f == "" || f == user.ID || d.uses(i) && !shared || d.unsent[i] != "" {
			continue
		}
		if why := d.contradicts(f, i, true); why != "" {
			d.unsent[i] = why
			continue
		}
		if found[f] == nil {
			order = append(order, f)
		}
		found[f] = append(found[f], candidate{i, d.column(i).Values(), isOurs(name, f)})
	}
	for _, f := range order {
		most := slices.MaxFunc(found[f], func(a, b candidate) int {
			return cmp.Or(cmp.Compare(a.filled, b.filled), compareBool(a.ours, b.ours), cmp.Compare(b.column, a.column))
		})
		d.add(rule{field: f, column: most.column, guessed: true})
	}
}

// meant is the field that a name means in other systems, next to the names of the other columns.
func (d chooser) meant(name string) user.Field {
	others := make([]string, len(d.names))
	for i, other := range d.names {
		others[i] = plain(other)
	}
	if f := together(plain(name), others); f != "" {
		return f
	}
	return guessedField(name)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// claimEmail takes a column for the e-mail address whose name does not say so, but whose
// cells do.
func (d chooser) claimEmail() {
	if d.has(user.Email) {
		return
	}
	for i, c := range d.sample.profile.Columns {
		shared := slices.ContainsFunc(d.rules, func(r rule) bool { return r.column == i && (r.field == user.ID || r.field == user.UserName) })
		if c.Values() > 0 && c.Emails == c.Values() && (shared || !d.uses(i) && means(logins, plain(c.Name))) {
			d.add(rule{field: user.Email, column: i, guessed: true, note: "its cells are e-mail addresses"})
			return
		}
	}
}

// claimBirthYear takes the year from a date of birth, where the API wants only that.
func (d chooser) claimBirthYear() {
	if d.has(user.BirthYear) || d.has(user.DateOfBirth) || !d.takes(user.BirthYear) {
		return
	}
	for i, c := range d.sample.profile.Columns {
		if knownField(c.Name) != user.DateOfBirth && guessedField(c.Name) != user.DateOfBirth || d.uses(i) {
			continue
		}
		if form, ok := c.Dates.Form(); ok {
			d.add(rule{field: user.BirthYear, column: i, expr: fmt.Sprintf("date(row[%q], %q, \"YYYY\")", c.Name, form), guessed: true})
		} else if c.Dates.AreDates() {
			d.open = append(d.open, decision{field: user.BirthYear, line: fmt.Sprintf(`birth_year: {expr: 'date(row[%q], "MM/DD/YYYY", "YYYY")'}`, c.Name),
				why: "the dates do not show whether the month or the day comes first"})
		}
	}
}

// claimUserName takes the e-mail address, or the key, where the API requires a user name.
func (d chooser) claimUserName() {
	missing := d.missing(d.rules)
	if !slices.ContainsFunc(missing, func(m *user.InvalidError) bool { return m.Field == user.UserName }) {
		return
	}
	for _, from := range []user.Field{user.Email, user.ID} {
		for _, r := range d.rules {
			if r.field == from && d.add(rule{field: user.UserName, column: r.column, expr: r.expr, guessed: true, note: "no column is named like it"}) {
				return
			}
		}
	}
}
