package draft

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"usersync/reader"
	"usersync/sync/user"
)

// contradicts says why the cells of a column do not hold what its name says; empty if
// nothing speaks against it.
func (d *Draft) contradicts(f user.Field, i int, guessed bool) string {
	c := d.column(i)
	values := c.Values()
	switch {
	case f == user.RemoteID && plain(c.Name) != "remoteid":
		return "it may be the key of another system"
	case f.IsSecret() && guessed:
		return "a secret is only sent if you map it"
	case values == 0 && f.IsSecret() && c.Rows > 0:
		return "its cells are empty"
	case values == 0:
		return ""
	case f.IsSecret() && c.Masked == values:
		return "its cells hide the secret"
	case f.IsSecret() && c.Hashes == values:
		return "its cells are hashes, which are not the secret"
	case f == user.Email && c.Emails*2 < values:
		return "most of its cells are not e-mail addresses"
	case f == user.State && len(c.States) > 0 && c.OtherStates == 0:
		return "it holds states of accounts, not of addresses"
	case c.Fractions == values && f != user.Active:
		d.open = append(d.open, decision{line: fmt.Sprintf(`%s: {expr: 'trimSuffix(row[%q], ".0")'}`, f, c.Name),
			why: "its numbers were written as fractions (101.0), so that zeros in front may be lost: export it as text"})
		return "its numbers were written as fractions, as in 101.0"
	}
	return ""
}

// bare takes off the apostrophe that spreadsheets put in front of a number, if each cell
// has it.
func (d *Draft) bare(r rule) rule {
	c := d.column(r.column)
	if r.expr == "" && c.Apostrophes > 0 && c.Apostrophes == c.Values() {
		r.expr, r.guessed, r.note = fmt.Sprintf(`trimPrefix(row[%q], "'")`, c.Name), true, "each cell begins with an apostrophe"
	}
	return r
}

// claimActive finds the column that says whether a user is active, in words or inverted.
func (d *Draft) claimActive(names []string) {
	for i, name := range names {
		bare := plain(name)
		if d.uses(i) {
			continue
		}
		if means(inverted, bare) && d.column(i).Values() > 0 {
			d.activeUnless(i)
		} else if means(states, bare) && d.isState(i) {
			d.activeIf(i)
		}
	}
}

// isState reports whether a column holds words for states of accounts, and no others.
func (d *Draft) isState(i int) bool {
	c := d.column(i)
	return len(c.States) > 0 && c.OtherStates == 0
}

// activeUnless maps a column that says yes of users who are not active, or leaves it to a
// person where the API knows no inactive users.
func (d *Draft) activeUnless(i int) {
	c := d.column(i)
	not, is := fmt.Sprintf(`!(lower(row[%q]) in ["true", "yes", "1"])`, c.Name), fmt.Sprintf(`lower(row[%q]) in ["true", "yes", "1"]`, c.Name)
	if d.sample.layout.Format == reader.JSONL {
		not, is = fmt.Sprintf("row[%q] != true", c.Name), fmt.Sprintf("row[%q] == true", c.Name)
	}
	switch {
	case d.add(rule{field: user.Active, column: i, expr: not, guessed: true, note: "true or yes means not active"}):
		delete(d.unsent, i)
	case c.Yes == 0:
		d.unsent[i] = "it says so of no user of the sample"
	default:
		d.open = append(d.open, decision{top: true, line: "op_column: {expr: '" + is + ` ? "delete" : "upsert"'}`,
			why: fmt.Sprintf("%s says that %d of %d users are not active, and they are sent like the others", d.columnName(c.Name, i), c.Yes, c.Rows)})
	}
}

// activeIf maps a column of states, or leaves it to a person where the API knows no inactive
// users.
func (d *Draft) activeIf(i int) {
	c := d.column(i)
	good, bad := activeWords(slices.Sorted(maps.Keys(c.States)))
	if len(bad) == 0 {
		d.unsent[i] = "all users of the sample are active"
		return
	}
	expr := fmt.Sprintf("row[%q] in [%s]", c.Name, strings.Join(quoted(good), ", "))
	if d.add(rule{field: user.Active, column: i, expr: expr, guessed: true, note: "every other word means not active"}) {
		delete(d.unsent, i)
		return
	}
	var pairs []string
	for _, word := range good {
		pairs = append(pairs, word+": upsert")
	}
	for _, word := range bad {
		pairs = append(pairs, word+": delete")
	}
	d.open = append(d.open, decision{top: true, line: "op_column: {column: " + scalar(c.Name) + ", map: {" + strings.Join(pairs, ", ") + "}}",
		why: d.columnName(c.Name, i) + " says that some users are not active, and they are sent like the others"})
}

func activeWords(words []string) (good, bad []string) {
	for _, word := range words {
		switch strings.ToLower(word) {
		case "active", "enabled", "provisioned", "staged", "pending":
			good = append(good, word)
		default:
			bad = append(bad, word)
		}
	}
	return good, bad
}

func quoted(words []string) []string {
	var all []string
	for _, word := range words {
		all = append(all, strconv.Quote(word))
	}
	return all
}

// claimBirthYear takes the year from a date of birth, where the API wants only that.
func (d *Draft) claimBirthYear() {
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
func (d *Draft) claimUserName() {
	missing := d.missing()
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

// findNulls finds words for a missing value in the columns that are sent.
func (d *Draft) findNulls() {
	words := map[string]bool{}
	for _, r := range d.rules {
		for word := range d.column(r.column).Markers {
			if r.field != user.ID && !(word == "NA" && (r.field == user.Country || d.column(r.column).Markers[word]*2 < d.column(r.column).Filled && r.field == user.LastName)) {
				words[word] = true
			}
		}
	}
	d.nulls = slices.Sorted(maps.Keys(words))
}

// decideTail leaves lines below the users to a person, if not all of them are known to
// be none.
func (d *Draft) decideTail() {
	s := d.sample
	if len(s.tail) == 0 || !s.whole || s.profile.Rows == 0 {
		return
	}
	var lines []string
	for _, l := range s.tail {
		lines = append(lines, strconv.Itoa(l.number))
	}
	what := "line " + lines[0] + " does"
	if len(lines) > 1 {
		what = "lines " + strings.Join(lines, ", ") + " do"
	}
	d.open = append(d.open, decision{top: true, line: "footer: [" + strings.Join(append(quoted(s.footer), "TEXT"), ", ") + "]",
		why: what + " not fit the header: if no user is there, write how they begin"})
	s.footer = nil // the order of these lines would not hold
}
