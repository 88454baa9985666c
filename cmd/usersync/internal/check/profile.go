package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/profile"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// fileProfile says what the columns of a file hold. It has no cell.
type fileProfile struct {
	File    string          `json:"file"`
	Rows    int             `json:"rows"`
	Broken  int             `json:"unreadable_rows,omitempty"`
	Columns []columnProfile `json:"columns"`
	// Warnings are in the order of the harm that they can do.
	Warnings []string `json:"warnings,omitempty"`
}

type columnProfile struct {
	Column     string         `json:"column"`
	To         string         `json:"goes_to,omitempty"`
	Filled     int            `json:"filled"`
	Empty      int            `json:"empty"`
	Blank      int            `json:"blank"`
	Nulls      map[string]int `json:"null_markers,omitempty"`
	Distinct   int            `json:"distinct"`
	Estimated  bool           `json:"distinct_is_estimated,omitempty"`
	Lookalikes int            `json:"lookalikes"`
	Longest    int            `json:"longest"`
	Shapes     []shape        `json:"shapes,omitempty"`
	Others     int            `json:"other_shapes,omitempty"`
}

type shape struct {
	Shape string `json:"shape"`
	Cells int    `json:"cells"`
}

const shapesShown = 5 // of a column

// Profile reads the files once more, before any mapping, and adds what their columns hold.
// Standard input cannot be read twice.
func (f *Findings) Profile(ctx context.Context, stdin io.Reader, c *config.Config, args []string) error {
	paths, err := input.Paths(ctx, c, args)
	if err != nil {
		return err
	}
	if slices.Contains(paths, "-") {
		return exit.Usage(errors.New("profile the input: standard input can be read only once"), "save it to a file", "usersync validate --profile users.csv")
	}
	for _, path := range paths {
		o := input.Layout(&c.Input)
		o.Paths, o.Places, o.Stdin = []string{path}, c.Places, stdin
		one, err := f.profileOf(ctx, o)
		if err != nil {
			hint, err := input.SplitHint(err)
			return &exit.Error{Err: fmt.Errorf("profile the input: %w", err), Hint: hint}
		}
		f.profiles = append(f.profiles, one)
	}
	return nil
}

func (f *Findings) profileOf(ctx context.Context, o reader.Options) (one fileProfile, err error) {
	grid, err := reader.OpenGrid(ctx, o)
	if err != nil {
		return one, err
	}
	defer func() { err = errors.Join(err, grid.Close()) }()
	p, err := profile.Read(ctx, grid)
	one = fileProfile{File: o.Paths[0], Rows: p.Rows, Broken: p.Broken}
	for i, column := range p.Columns {
		one.Columns = append(one.Columns, f.columnProfile(column, i))
	}
	one.Warnings = warningsOf(p, one.Columns)
	return one, err
}

func (f *Findings) columnProfile(c *profile.Column, i int) columnProfile {
	at := slices.IndexFunc(f.columns, func(own column) bool { return user.Trim(own.Name) == c.Name })
	out := columnProfile{Column: c.Name, Filled: c.Filled, Empty: c.Empty, Blank: c.Blank, Nulls: c.Markers, Longest: c.Longest}
	if at >= 0 {
		out.To = f.columns[at].To
	} else {
		out.Column = mapping.Shown(c.Name, i)
	}
	exact := false
	if out.Distinct, exact = c.Distinct(); !exact {
		out.Estimated = true
	}
	out.Lookalikes, _ = c.Lookalikes()
	if mapping.NamesSecret(c.Name) || isSecret(out.To) { // its form would help to guess it
		out.Longest = 0
		return out
	}
	shapes, others := c.Shapes(shapesShown)
	for _, s := range shapes {
		out.Shapes = append(out.Shapes, shape{s.Text, s.Cells})
	}
	out.Others = others
	return out
}

func isSecret(to string) bool { return user.Field(to).IsSecret() }

// harm orders warnings, the worst first.
type harm struct {
	rank, column int
	text         string
}

// warningsOf says what can go wrong with the columns, in the order of the harm: to who a user
// is, to secrets, to values, to their looks.
func warningsOf(p *profile.Profile, shown []columnProfile) []string {
	var all []harm
	for i, c := range p.Columns {
		to, name := shown[i].To, shown[i].Column
		for rank, text := range concerns(c, to) {
			if text != "" {
				all = append(all, harm{rank, i, name + ": " + text})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b harm) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.column, b.column)) })
	var texts []string
	for _, h := range all {
		texts = append(texts, h.text)
	}
	return texts
}

// concerns are what can go wrong with a column, each at the place of its harm; empty texts
// are none.
func concerns(c *profile.Column, to string) []string {
	key, sent := to == "id", to != notSent
	distinct, exact := c.Distinct()
	alike, _ := c.Lookalikes()
	return []string{
		countIf(key, c.Rows-c.Values(), "row has no key", "rows have no key"),
		countIf(key && exact, c.Filled-distinct, "row has the key of another row", "rows have the key of another row"),
		countIf(sent, c.Damaged, "cell is a number in scientific notation, whose last digits are lost", "cells are numbers in scientific notation, whose last digits are lost"),
		countIf(key, alike, "key looks like another one", "keys look like other ones"),
		countIf(isSecret(to), c.Masked+c.Hashes, "cell hides the secret or is a hash of it", "cells hide the secret or are hashes of it"),
		countIf(sent && !key, c.Marked(), "cell is a word for a missing value", "cells are words for a missing value"),
		countIf(sent, c.Fractions, "cell is a whole number with .0, which may have lost zeros in front", "cells are whole numbers with .0, which may have lost zeros in front"),
		countIf(to == "email", c.Values()-c.Emails, "cell is not an e-mail address", "cells are not e-mail addresses"),
		countIf(sent, c.Apostrophes, "cell has an apostrophe in front of a number", "cells have an apostrophe in front of a number"),
		countIf(sent, c.Unclean, "cell holds characters that cannot be seen", "cells hold characters that cannot be seen"),
		countIf(sent, c.Padded, "cell has white space around it", "cells have white space around them"),
	}
}

func countIf(matters bool, n int, one, several string) string {
	switch {
	case !matters || n <= 0:
		return ""
	case n == 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

func (f *Findings) printProfiles(w io.Writer) {
	for _, p := range f.profiles {
		fmt.Fprintf(w, "profile of %s: %s", p.File, exit.Plural(p.Rows, "row"))
		if p.Broken > 0 {
			fmt.Fprintf(w, ", and %d that cannot be read", p.Broken)
		}
		fmt.Fprintln(w)
		table(w, "column\tgoes to\tfilled\tempty\tblank\tnull\tdistinct\talike\tlongest\tshapes", p.Columns, columnProfile.row)
		for _, text := range p.Warnings {
			fmt.Fprintf(w, "warning: %s\n", text)
		}
	}
}

func (c columnProfile) row() string {
	about := ""
	if c.Estimated {
		about = "about "
	}
	var nulls, shapes []string
	for _, word := range slices.Sorted(maps.Keys(c.Nulls)) {
		nulls = append(nulls, fmt.Sprintf("%d %s", c.Nulls[word], word))
	}
	for _, s := range c.Shapes {
		shapes = append(shapes, fmt.Sprintf("%s (%d)", s.Shape, s.Cells))
	}
	if c.Others > 0 {
		shapes = append(shapes, fmt.Sprintf("others (%d)", c.Others))
	}
	return fmt.Sprintf("%s\t%s\t%d\t%d\t%d\t%s\t%s%d\t%d\t%d\t%s", c.Column, c.To, c.Filled, c.Empty, c.Blank, cmp.Or(strings.Join(nulls, ", "), "0"),
		about, c.Distinct, c.Lookalikes, c.Longest, strings.Join(shapes, "  "))
}
