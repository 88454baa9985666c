// Package draft drafts a config from the header of a file: which column is which field,
// which ones are guesses, and what is left for a person to decide.
//
// It reads no rows and makes no calls. Start at From.
package draft

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Draft is a draft of a config.
type Draft struct {
	to      string
	client  connect.Client
	columns []column
	fields  map[user.Field]bool
}

// column is a column of the file and its field; without a field it is not sent.
type column struct {
	name    string
	field   user.Field
	guessed bool
}

// From drafts a config for an API, one of connect.Drafts. It maps columns with known names
// first, then guesses from similar names. It uses each field once.
func From(ctx context.Context, to string, header []string) (*Draft, error) {
	asked, err := connect.Offline(ctx, to)
	if err != nil {
		return nil, err
	}
	d := &Draft{to: to, client: asked, fields: map[user.Field]bool{}}
	for _, name := range header {
		d.columns = append(d.columns, column{name: name, field: d.claim(knownField(name))})
	}
	d.guessKey()
	hasHeader := len(d.fields) > 0 // otherwise the names may be a user's data
	for i := range d.columns {
		c := &d.columns[i]
		if c.field == "" && hasHeader {
			c.field = d.claim(d.ownField(c.name))
		}
		if c.field == "" && c.name != "" {
			c.field = d.claim(guessedField(c.name))
			c.guessed = c.field != ""
		}
	}
	return d, nil
}

// guessKey guesses the column of the users' key, unless its name says so.
func (d *Draft) guessKey() {
	if i := keyColumn(d.columns); i >= 0 && !d.fields[user.ID] {
		d.columns[i].field, d.columns[i].guessed = d.claim(user.ID), true
	}
}

func (d *Draft) claim(f user.Field) user.Field {
	fields := d.client.Traits().Fields
	if f == "" || d.fields[f] || f != user.ID && !slices.Contains(fields, f) && f != d.ownField(string(f)) {
		return ""
	}
	d.fields[f] = true
	return f
}

// ownField is the API's own field of this name: a custom attribute, or a path if the API
// accepts every path as a field. A plain word is not: its meaning can only be guessed.
func (d *Draft) ownField(name string) user.Field {
	field := user.Field(strings.TrimSpace(name))
	t := d.client.Traits()
	open := field.IsOpen() && slices.ContainsFunc(t.Fields, func(own user.Field) bool {
		return (own == user.ExtraPrefix || own == user.AttributesPrefix) && strings.HasPrefix(string(field), string(own))
	})
	path := t.AnyField && strings.ContainsAny(string(field), ".:[") && d.client.CheckColumns([]user.Field{user.ID, field}, user.Update) == nil
	if open || path {
		return field
	}
	return ""
}

// missing are the fields that the API requires for a new user and the header lacks.
func (d *Draft) missing() []*user.InvalidError {
	var missing []*user.InvalidError
	fields := append(slices.Collect(maps.Keys(d.fields)), user.ID)
	for {
		bad, ok := errors.AsType[*user.InvalidError](d.client.CheckColumns(fields, user.Create))
		if !ok || slices.Contains(fields, bad.Field) {
			return missing
		}
		missing, fields = append(missing, bad), append(fields, bad.Field)
	}
}

func knownField(name string) user.Field { return reader.Names()[strings.TrimSpace(name)] }

// Counts says how many columns are known, how many guessed, and how many not sent.
func (d *Draft) Counts() string {
	var known, guessed, left int
	for _, c := range d.columns {
		switch {
		case c.guessed:
			guessed++
		case c.field != "":
			known++
		default:
			left++
		}
	}
	return fmt.Sprintf("%s known, %d guessed, %d not sent", exit.Plural(known, "column"), guessed, left)
}

// Hint says what to check first.
func (d *Draft) Hint() string {
	switch {
	case !d.fields[user.ID]:
		return "no column looks like the users' key: name it under fields: as id"
	case len(d.missing()) > 0:
		return string(d.missing()[0].Field) + " is required: decide on it under fields:"
	}
	return "review it, above all the guesses"
}

// YAML is the config. Comments list what a person has to decide.
func (d *Draft) YAML(layout []config.LayoutValue) string {
	var b strings.Builder
	b.WriteString("to: " + d.to + "\n" + connect.Draft(d.to))
	for _, v := range layout {
		fmt.Fprintf(&b, "%s: %s\n", v.Key, scalar(v.Text))
	}
	b.WriteString("fields: # our field: your column; only these columns are read\n")
	for _, c := range d.columns {
		if c.field != "" {
			fmt.Fprintf(&b, "  %s: %s%s\n", scalar(string(c.field)), scalar(c.name), comment(c))
		}
	}
	d.undecided(&b)
	return b.String()
}

func comment(c column) string {
	if !c.guessed {
		return ""
	}
	if c.field == user.Phone {
		return fmt.Sprintf(" # guessed; for numbers without a country code: {expr: 'e164(row[%q], \"US\")'}", c.name)
	}
	return " # guessed"
}

// undecided lists what is left to decide.
func (d *Draft) undecided(b *strings.Builder) {
	if !d.fields[user.ID] {
		b.WriteString("  # id: COLUMN # the users' key; required\n")
	}
	for _, m := range d.missing() {
		fmt.Fprintf(b, "  # %s # required; a value: is the same for every user\n", lineFor(m))
	}
	for i, c := range d.columns {
		if c.field == "" {
			fmt.Fprintf(b, "  # not sent: %s\n", d.columnName(c.name, i))
		}
	}
}

// lineFor is the line that a field needs, from the API's hint.
func lineFor(m *user.InvalidError) string {
	if _, line, found := strings.Cut(m.Hint, "in the config: "); found && strings.HasPrefix(line, string(m.Field)+": ") {
		return line
	}
	return string(m.Field) + ": COLUMN"
}

// columnName names a column, or gives its position if the name may be a user's data:
// otherwise the first row of a file without a header would end up in a config.
func (d *Draft) columnName(name string, i int) string {
	if mapping.IsColumnName(name) || len(d.fields) > 0 && !looksPersonal(name) {
		return strings.Join(strings.Fields(name), " ")
	}
	return mapping.Shown(name, i)
}

// looksPersonal reports whether a name next to known ones looks like a value.
func looksPersonal(name string) bool {
	digits := strings.Count(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, name), "0")
	return digits > 4 || len(name) > 60 || strings.ContainsFunc(name, func(r rune) bool { return r == '@' || unicode.IsControl(r) })
}

// scalar quotes a text so that YAML reads it back unchanged.
func scalar(text string) string {
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSpace(string(out))
}
