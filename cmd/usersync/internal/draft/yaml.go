package draft

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// YAML is the config. Comments list what a person has to decide.
func (d *Draft) YAML(layout []config.LayoutValue) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# drafted by usersync init, which %s\n", d.sample.Looked())
	b.WriteString("to: " + d.to + "\n")
	if d.to == Custom {
		b.WriteString(d.customSection())
	} else {
		b.WriteString(connect.Draft(d.to))
	}
	for _, v := range layout {
		fmt.Fprintf(&b, "%s: %s\n", v.Key, scalar(v.Text))
	}
	d.writeLayout(&b)
	d.writeOpen(&b, "", func(o decision) bool { return o.top })
	b.WriteString("fields: # our field: your column; only these columns are read\n")
	for i := range d.sample.profile.Columns {
		for _, r := range d.rules {
			if r.column == i {
				fmt.Fprintf(&b, "  %s: %s%s\n", scalar(string(r.field)), d.source(r), d.comment(r))
			}
		}
	}
	d.undecided(&b)
	return b.String()
}

// writeLayout writes what the sample shows about the lines that are not users.
func (d *Draft) writeLayout(b *strings.Builder) {
	s := d.sample
	if s.layout.HeaderRow > 0 {
		fmt.Fprintf(b, "header_row: %d # the lines before it are skipped\n", s.layout.HeaderRow)
	}
	if s.comment != "" {
		fmt.Fprintf(b, "comment: %s\n", scalar(s.comment))
	}
	if len(s.footer) > 0 {
		fmt.Fprintf(b, "footer: [%s] # how lines below the last user begin\n", strings.Join(quoted(s.footer), ", "))
	}
	if len(d.nulls) > 0 {
		fmt.Fprintf(b, "null_values: [%s] # texts of the sample that stand for an empty cell\n", strings.Join(quoted(d.nulls), ", "))
	}
}

func (d *Draft) writeOpen(b *strings.Builder, indent string, which func(decision) bool) {
	for _, o := range d.open {
		switch {
		case which(o) && o.line == "":
			fmt.Fprintf(b, "%s# %s\n", indent, o.why)
		case which(o):
			fmt.Fprintf(b, "%s# %s # %s\n", indent, o.line, o.why)
		}
	}
}

func (d *Draft) source(r rule) string {
	if r.expr != "" {
		return "{expr: " + singleQuoted(r.expr) + "}"
	}
	return scalar(d.column(r.column).Name)
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func (d *Draft) comment(r rule) string {
	switch {
	case !r.guessed:
		return ""
	case r.note != "":
		return " # guessed: " + r.note
	case r.field == user.Phone && d.column(r.column).Phones < max(1, d.column(r.column).Values()):
		return fmt.Sprintf(" # guessed; for numbers without a country code: {expr: 'e164(row[%q], \"US\")'}", d.column(r.column).Name)
	}
	return " # guessed"
}

// undecided lists what is left to decide.
func (d *Draft) undecided(b *strings.Builder) {
	d.writeOpen(b, "  ", func(o decision) bool { return !o.top })
	for _, m := range d.missing() {
		fmt.Fprintf(b, "  # %s # required; a value: is the same for every user\n", lineFor(m))
	}
	for i, c := range d.sample.profile.Columns {
		if d.uses(i) {
			continue
		}
		why := ""
		if d.unsent[i] != "" {
			why = " # " + d.unsent[i]
		}
		fmt.Fprintf(b, "  # not sent: %s%s\n", d.columnName(c.Name, i), why)
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
	if mapping.IsColumnName(name) || len(d.rules) > 0 && name != "" && !looksPersonal(name) {
		return strings.Join(strings.Fields(name), " ")
	}
	if name == "" {
		return "column " + strconv.Itoa(i+1) + ", which has no name"
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
