package draft

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/profile"
	"usersync/sync/user"
)

// contradicts says why the cells of a column do not hold what its name says; empty if
// nothing speaks against it.
func (d chooser) contradicts(f user.Field, i int, guessed bool) string {
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
func (r rule) bare(c *profile.Column) rule {
	if r.expr == "" && c.Apostrophes > 0 && c.Apostrophes == c.Values() {
		r.expr, r.guessed, r.note = fmt.Sprintf(`trimPrefix(row[%q], "'")`, c.Name), true, "each cell begins with an apostrophe"
	}
	return r
}

func quoted(words []string) []string {
	var all []string
	for _, word := range words {
		all = append(all, strconv.Quote(word))
	}
	return all
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
