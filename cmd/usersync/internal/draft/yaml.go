package draft

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/profile"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// page is a config that is being written.
type page struct {
	*Draft
	strings.Builder
}

// YAML is the config. Comments list what a person has to decide.
func (d *Draft) YAML(layout []config.LayoutValue) string {
	b := page{Draft: d}
	b.WriteString(setting.EditorLines)
	fmt.Fprintf(&b, "# drafted by usersync init, which %s\n", d.sample.Looked())
	b.WriteString("to: " + d.to + "\n")
	if d.to == Custom {
		b.WriteString(customSection(d.rules))
	} else {
		b.WriteString(connect.Draft(d.to))
	}
	for _, v := range layout {
		fmt.Fprintf(&b, "%s: %s\n", v.Key, scalar(v.Text))
	}
	b.writeLayout()
	b.writeOpen("", func(o decision) bool { return o.top })
	b.WriteString("fields: # our field: your column; only these columns are read\n")
	for i := range d.sample.profile.Columns {
		for _, r := range d.rules {
			if r.column == i {
				fmt.Fprintf(&b, "  %s: %s%s\n", scalar(string(r.field)), r.source(d.column(i)), r.comment(d.column(i)))
			}
		}
	}
	b.undecided()
	return b.String()
}

// writeLayout writes what the sample shows about the lines that are not users.
func (b *page) writeLayout() {
	s := b.sample
	if s.layout.HeaderRow > 0 {
		fmt.Fprintf(b, "header_row: %d # the lines before it are skipped\n", s.layout.HeaderRow)
	}
	if s.lacks.escape {
		b.WriteString("escape: backslash # quotes have a backslash in front of them\n")
	}
	if s.comment != "" {
		fmt.Fprintf(b, "comment: %s\n", scalar(s.comment))
	}
	if len(s.footer) > 0 {
		fmt.Fprintf(b, "footer: [%s] # how lines below the last user begin\n", strings.Join(quoted(s.footer), ", "))
	}
	if len(b.nulls) > 0 {
		fmt.Fprintf(b, "null_values: [%s] # texts of the sample that stand for an empty cell\n", strings.Join(quoted(b.nulls), ", "))
	}
}

func (b *page) writeOpen(indent string, which func(decision) bool) {
	for _, o := range b.open {
		switch {
		case which(o) && o.line == "":
			fmt.Fprintf(b, "%s# %s\n", indent, o.why)
		case which(o):
			fmt.Fprintf(b, "%s# %s # %s\n", indent, o.line, o.why)
		}
	}
}

func (r rule) source(c *profile.Column) string {
	if r.expr != "" {
		return "{expr: " + singleQuoted(r.expr) + "}"
	}
	return scalar(c.Name)
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func (r rule) comment(c *profile.Column) string {
	switch {
	case !r.guessed:
		return ""
	case r.note != "":
		return " # guessed: " + r.note
	case r.field == user.Phone && c.Phones < max(1, c.Values()):
		return fmt.Sprintf(" # guessed; for numbers without a country code: {expr: 'e164(row[%q], \"US\")'}", c.Name)
	}
	return " # guessed"
}

// undecided lists what is left to decide.
func (b *page) undecided() {
	b.writeOpen("  ", func(o decision) bool { return !o.top })
	for _, m := range b.missing(b.rules) {
		fmt.Fprintf(b, "  # %s # required; a value: is the same for every user\n", lineFor(m))
	}
	for i, c := range b.sample.profile.Columns {
		if b.uses(i) {
			continue
		}
		why := ""
		if b.unsent[i] != "" {
			why = " # " + b.unsent[i]
		}
		fmt.Fprintf(b, "  # not sent: %s%s\n", b.columnName(c.Name, i), why)
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
