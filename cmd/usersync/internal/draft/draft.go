// Package draft drafts a config from a sample of a file: which column is which field,
// which ones are guesses, and what is left for a person to decide.
//
// It makes no calls and sends nothing. Start at Look and From.
package draft

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/profile"
	"usersync/reader"
	"usersync/sync/user"
)

// Draft is a draft of a config.
type Draft struct {
	api
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
	api, err := apiNamed(ctx, to)
	if err != nil {
		return nil, err
	}
	d := &Draft{api: api, sample: s, unsent: map[int]string{}}
	names := make([]string, len(s.profile.Columns))
	for i, c := range s.profile.Columns {
		names[i] = c.Name
	}
	d.claimKey(names)
	chooser{d, names}.choose()
	d.findNulls()
	d.decideTail()
	if s.lacks.charset != "" {
		d.open = append(d.open, decision{top: true, line: "charset: " + s.lacks.charset, why: "some rows are not UTF-8: check a name with an accent; old programs also write cp850 or macintosh"})
	}
	return d, nil
}

func knownField(name string) user.Field { return reader.Names()[user.Trim(name)] }

// add adds a rule if the API takes its field and no other rule makes it.
func (d *Draft) add(r rule) bool {
	if r.field == "" || d.has(r.field) || !d.takes(r.field) {
		return false
	}
	d.rules = append(d.rules, r.bare(d.column(r.column)))
	return true
}

func (d *Draft) has(f user.Field) bool {
	return slices.ContainsFunc(d.rules, func(r rule) bool { return r.field == f })
}

// uses reports whether a rule uses column i.
func (d *Draft) uses(i int) bool {
	return slices.ContainsFunc(d.rules, func(r rule) bool { return r.column == i })
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
	said := d.sample.Looked()
	if missed := d.sample.NotLooked(); missed != "" {
		said += "; " + missed
	}
	return fmt.Sprintf("%s known, %d guessed, %d not sent; %s", exit.Plural(known, "column"), guessed, left, said)
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
	missing := d.missing(d.rules)
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
