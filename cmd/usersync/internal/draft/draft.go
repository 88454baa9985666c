// Package draft drafts a config from a sample of a file: which column is which field,
// which ones are guesses, and what is left for a person to decide.
//
// It makes no calls and sends nothing. Start at Look and From.
package draft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/profile"
	"usersync/reader"
	"usersync/sync/user"
)

// Draft is a draft of a config.
type Draft struct {
	to     string
	client connect.Client // nil for Custom
	sample *Sample
	rules  []rule
	open   []decision     // what a person has to decide, the most important first
	unsent map[int]string // why a column is not sent, where it is not only unknown
	nulls  []string       // texts that stand for an empty cell
	bad    int            // rows of the sample that cannot be sent
	tried  int            // rows of the sample that were tried
}

// rule says what a field is made from: a column, or an expression over one.
type rule struct {
	field   user.Field
	column  int
	expr    string
	guessed bool
	note    string // after "guessed"; may be empty
}

// decision is what a person has to decide. line is the line of the config that would do.
type decision struct {
	field     user.Field
	top       bool // it belongs above fields:
	line, why string
	hint      string // on the terminal; empty: made of line and why
}

// From drafts a config for an API, one of connect.Drafts, or Custom. It maps columns with known names
// first, then guesses from similar names and from the cells. It uses each field once.
func From(ctx context.Context, to string, s *Sample) (*Draft, error) {
	d := &Draft{to: to, sample: s, unsent: map[int]string{}}
	if to != Custom {
		var err error
		if d.client, err = connect.Offline(ctx, to); err != nil {
			return nil, err
		}
	}
	names := make([]string, len(s.profile.Columns))
	for i, c := range s.profile.Columns {
		names[i] = c.Name
	}
	d.claimKey(names)
	d.claimKnown(names)
	if len(d.rules) > 0 { // otherwise the names may be a user's data
		d.claimOwn(names)
	}
	d.claimGuesses(names)
	d.claimEmail()
	d.claimActive(names)
	d.claimBirthYear()
	d.claimUserName()
	d.findNulls()
	d.decideTail()
	return d, nil
}

func knownField(name string) user.Field { return reader.Names()[strings.TrimSpace(name)] }

// add adds a rule if the API takes its field and no other rule makes it.
func (d *Draft) add(r rule) bool {
	if r.field == "" || d.has(r.field) || !d.takes(r.field) {
		return false
	}
	d.rules = append(d.rules, d.bare(r))
	return true
}

// takes reports whether the API takes a field.
func (d *Draft) takes(f user.Field) bool {
	return d.client == nil || f == user.ID || slices.Contains(d.client.Traits().Fields, f) || f == d.ownField(string(f))
}

func (d *Draft) has(f user.Field) bool {
	return slices.ContainsFunc(d.rules, func(r rule) bool { return r.field == f })
}

// uses reports whether a rule uses column i.
func (d *Draft) uses(i int) bool {
	return slices.ContainsFunc(d.rules, func(r rule) bool { return r.column == i })
}

// candidate is a column for a field.
type candidate struct {
	column, filled int
	ours           bool // the name is ours, but for letter case and punctuation
}

// claimKnown maps the columns that are named like a field.
func (d *Draft) claimKnown(names []string) {
	for i, name := range names {
		f := knownField(name)
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
func (d *Draft) claimOwn(names []string) {
	for i, name := range names {
		if !d.uses(i) && d.unsent[i] == "" {
			d.add(rule{field: d.ownField(name), column: i})
		}
	}
}

// claimGuesses maps the columns that mean a field in other systems. Of several it takes the
// one with the most values.
func (d *Draft) claimGuesses(names []string) {
	found := map[user.Field][]candidate{}
	var order []user.Field
	for i, name := range names {
		f := guessedField(name)
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
func (d *Draft) claimEmail() {
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

// ownField is the API's own field of this name: a custom attribute, or a path if the API
// accepts every path as a field. A plain word is not: its meaning can only be guessed.
func (d *Draft) ownField(name string) user.Field {
	if d.client == nil {
		return ""
	}
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
	if d.client == nil {
		return nil
	}
	var missing []*user.InvalidError
	fields := []user.Field{user.ID}
	for _, r := range d.rules {
		fields = append(fields, r.field)
	}
	for {
		bad, ok := errors.AsType[*user.InvalidError](d.client.CheckColumns(fields, user.Create))
		if !ok || slices.Contains(fields, bad.Field) {
			return missing
		}
		missing, fields = append(missing, bad), append(fields, bad.Field)
	}
}

// Counts says how many columns are known, how many guessed, and how many not sent.
func (d *Draft) Counts() string {
	known, guessed, left := 0, 0, 0
	for i := range d.sample.profile.Columns {
		own := slices.IndexFunc(d.rules, func(r rule) bool { return r.column == i })
		switch {
		case own < 0:
			left++
		case d.rules[own].guessed:
			guessed++
		default:
			known++
		}
	}
	return fmt.Sprintf("%s known, %d guessed, %d not sent; %s", exit.Plural(known, "column"), guessed, left, d.sample.Looked())
}

// Hint says what to decide first, or what to check.
func (d *Draft) Hint() string {
	first, more := d.first()
	switch {
	case first == "" && d.bad > 0:
		return fmt.Sprintf("%d of the %s that were tried cannot be sent; validate says why", d.bad, exit.Plural(d.tried, "row"))
	case first == "":
		return "review it, above all the guesses"
	case more > 0:
		return fmt.Sprintf("%s; %s in the file", first, exit.Plural(more, "more decision"))
	}
	return first
}

// first is the most important decision, and how many more there are.
func (d *Draft) first() (advice string, more int) {
	missing := d.missing()
	more = len(missing) + len(d.open) - 1
	for _, o := range d.open {
		if o.field == user.ID {
			return o.hint, more
		}
	}
	switch {
	case len(missing) > 0:
		return string(missing[0].Field) + " is required: decide on it under fields:", more
	case len(d.open) > 0:
		return d.open[0].advice(), more
	}
	return "", 0
}

// advice names the decision.
func (o decision) advice() string {
	if o.hint == "" && o.line != "" {
		return o.why + ": decide on the line  # " + o.line
	}
	return cmp.Or(o.hint, o.why)
}

func (d *Draft) column(i int) *profile.Column { return d.sample.profile.Columns[i] }
