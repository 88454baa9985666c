package reader

import (
	"slices"
	"strconv"

	"usersync/reader/mapping"
	"usersync/reader/source"
	"usersync/sync/user"
)

// columns are those of the input, and where they go.
type columns struct {
	o      *Options
	layout Layout
	mapper *mapping.Mapper // nil until the first file is open
}

// add takes the columns of a file that was opened: the first one's are those of the input.
func (c *columns) add(f *file) error {
	if c.mapper == nil || c.layout.Empty {
		return c.set(f)
	}
	return c.compare(f)
}

// set makes the first file's layout that of the input.
func (c *columns) set(f *file) error {
	o := c.mapping(f)
	if f.layout.Empty {
		o.Config, o.Header = mapping.Config{}, []string{string(user.ID)}
	}
	m, err := mapping.New(o)
	if err != nil {
		return c.withOtherHeader(f, err)
	}
	c.mapper, c.layout = m, f.layout
	c.layout.Hides = m.Hides()
	c.layout.SecretColumns = hidden(c.layout)
	return nil
}

func (c *columns) mapping(f *file) mapping.Options {
	return mapping.Options{Config: c.o.Mapping, Header: f.layout.Header, Names: Names(),
		Accepts: c.o.Accepts, IDs: c.o.IDs, Typed: f.layout.Format == JSONL}
}

func hidden(l Layout) []string {
	var names []string
	for _, name := range l.Header {
		if all, _ := l.Hides(user.Trim(name)); all {
			names = append(names, name)
		}
	}
	return names
}

// compare refuses a file that differs from the first one.
func (c *columns) compare(f *file) error {
	first := source.Name(c.o.Paths[0])
	mismatch := func(rule string) error {
		return &InputError{File: f.name, Rule: rule, Hint: "the files of one run must have the same layout; sync this one in its own run"}
	}
	switch {
	case f.layout.Empty:
		return nil
	case f.layout.Format != c.layout.Format:
		return mismatch("is " + f.layout.Format + ", but " + first + " is " + c.layout.Format)
	case f.layout.Delimiter != c.layout.Delimiter && f.source.Workbook():
		return mismatch("is a workbook, whose rows cannot be combined with " + first + ", which has " + delimiter(c.layout) + " between its cells")
	case f.layout.Delimiter != c.layout.Delimiter:
		return mismatch("has a different delimiter than " + first + ": " + delimiter(f.layout) + " and not " + delimiter(c.layout))
	case f.layout.Format == JSONL:
		return c.compareKeys(f)
	case slices.Equal(f.layout.Header, c.layout.Header):
		return nil
	}
	return c.reorder(f)
}

// delimiter names the delimiter of a layout.
func delimiter(l Layout) string {
	switch l.Delimiter {
	case '\t':
		return "a tab"
	case ',':
		return "a comma"
	case ';':
		return "a semicolon"
	}
	return strconv.QuoteRune(l.Delimiter)
}

// reorder finds the columns of the first file in another one, whose header maps its own rows.
// Both must have all columns that are read.
func (c *columns) reorder(f *file) error {
	own, err := mapping.New(c.mapping(f))
	if err != nil {
		return c.withOtherHeader(f, err)
	}
	first := source.Name(c.o.Paths[0])
	order, found := make([]int, len(f.layout.Header)), make([]bool, len(c.layout.Header))
	for i, name := range f.layout.Header {
		if order[i] = c.place(name, own.FieldOf(i), found); order[i] >= 0 {
			found[order[i]] = true
		} else if own.Uses(i) {
			return otherColumns(f, "has another column than "+first+": "+mapping.Shown(name, i))
		}
	}
	for i, name := range c.layout.Header {
		if c.mapper.Uses(i) && !found[i] {
			return otherColumns(f, "has fewer columns than "+first+": it lacks "+mapping.Shown(name, i))
		}
	}
	f.order = order
	return nil
}

// place returns which column of the first file has the name or provides the field, and is not
// found yet; -1 if none does.
func (c *columns) place(name string, field user.Field, found []bool) int {
	at := -1
	for i, known := range c.layout.Header {
		switch {
		case found[i]:
		case user.Trim(known) == user.Trim(name):
			return i
		case field != "" && c.mapper.FieldOf(i) == field:
			at = i
		}
	}
	return at
}

func otherColumns(f *file, rule string) error {
	return &InputError{File: f.name, Rule: rule, Hint: "add the column, list it under ignore:, or sync this file in its own run"}
}

func (c *columns) compareKeys(f *file) error {
	for _, key := range f.layout.Header {
		if _, found := c.mapper.Column(key); found == mapping.Unknown || found == mapping.Surplus {
			err := c.mapper.Refusal(key, found)
			return &InputError{File: f.name, Line: f.rows.line(), Rule: err.Error(), Err: err}
		}
	}
	return nil
}
