package draft

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/profile"
	"usersync/reader"
	"usersync/sync/user"
)

// claimActive finds the column that says whether a user is active, in words or inverted.
func (d chooser) claimActive() {
	for i, name := range d.names {
		bare := plain(name)
		if d.uses(i) {
			continue
		}
		if means(inverted, bare) && d.column(i).Values() > 0 {
			d.activeUnless(i)
		} else if means(states, bare) && holdsStates(d.column(i)) {
			d.activeIf(i)
		}
	}
}

// holdsStates reports whether a column holds words for states of accounts, and no others.
func holdsStates(c *profile.Column) bool {
	return len(c.States) > 0 && c.OtherStates == 0
}

// activeUnless maps a column that says yes of users who are not active, or leaves it to a
// person where the API knows no inactive users.
func (d chooser) activeUnless(i int) {
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
func (d chooser) activeIf(i int) {
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
		case "active", "enabled", "provisioned", "staged", "pending", "aktiv", "actif", "activo", "attivo", "actief", "ativo":
			good = append(good, word)
		default:
			bad = append(bad, word)
		}
	}
	return good, bad
}
