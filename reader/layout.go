package reader

import (
	"context"
	"slices"
	"strings"

	"usersync/reader/mapping"
	"usersync/reader/source"
	"usersync/sync/user"
)

// Layout is the format and the columns of a file.
type Layout struct {
	Format string
	// Delimiter of CSV; 0 for JSONL.
	Delimiter rune
	// Header lists the input's own columns, without those that usersync adds in front in
	// a rejects file; for JSONL the keys of the first record, those of nested objects
	// joined by dots.
	Header []string
	// Empty says that the file is JSON that holds no users, such as []: it has no keys.
	Empty bool
	// HeaderRow is the line, from 1, that Header takes for the one with the column names,
	// if it is not the first with text; otherwise 0.
	HeaderRow int
	// SecretColumns are those of Header that provide ssn or password, or that are not sent
	// and are named like a secret.
	SecretColumns []string
	// Hides says of any column or JSON key whether rejects mask all of it, or keys inside it;
	// nil for a layout without a mapping.
	// JSON can have keys that are missing from Header. It is for one goroutine, which need
	// not be the one that reads.
	Hides func(column string) (all, inside bool)
}

// Header reads the layout of the first of o.Paths without checking its columns: it ignores
// Mapping and Accepts, and SecretColumns stay empty. The keys of JSON are those of the first
// 100 records together. It consumes some of Stdin. An error is an *InputError.
func Header(ctx context.Context, o Options) (Layout, error) {
	o.Mapping, o.Expect.Sidecar, o.CSV.Trailer = mapping.Config{}, false, ""
	in := &Input{o: o, digest: source.NewDigest()}
	if err := in.o.check(); err != nil {
		return Layout{}, err
	}
	if err := checkStopped(ctx, o.Paths[0]); err != nil {
		return Layout{}, err
	}
	f, err := in.start(o.Paths[0], true)
	if err != nil {
		return Layout{}, err
	}
	if rows, ok := f.rows.(*csvRows); ok && o.CSV.HeaderRow == 0 {
		rows.proposeHeader(&f.layout)
	}
	return f.layout, in.closeFile(f)
}

// ReadsSecrets reports whether a column of the input provides ssn or password.
func (in *Input) ReadsSecrets() bool { return len(in.mapper.SecretColumns()) > 0 }

// Column is a column of the input and where it goes.
type Column struct {
	Name string
	// Field is what the cell becomes unchanged; empty if there is no such field.
	Field user.Field
	// Read says that the cell is used: for Field, or to compute others.
	Read bool
	// Op says that the cell holds the operation for the row.
	Op bool
}

// Columns returns where each column of the Layout's header goes, in order.
func (in *Input) Columns() []Column {
	columns := make([]Column, len(in.layout.Header))
	for i, name := range in.layout.Header {
		columns[i] = Column{Name: name, Field: in.mapper.FieldOf(i), Read: in.mapper.Uses(i), Op: in.mapper.OpColumn(i)}
	}
	return columns
}

// setLayout makes the first file's layout that of the input.
func (in *Input) setLayout(f *file) error {
	o := in.mappingOptions(f)
	if f.layout.Empty {
		o.Config, o.Header = mapping.Config{}, []string{string(user.ID)}
	}
	m, err := mapping.New(o)
	if err != nil {
		return in.withLaterHeader(f, err)
	}
	in.mapper, in.layout = m, f.layout
	in.layout.Hides = m.Hides()
	in.layout.SecretColumns = hidden(in.layout)
	return nil
}

func (in *Input) mappingOptions(f *file) mapping.Options {
	return mapping.Options{Config: in.o.Mapping, Header: f.layout.Header, Names: Names(),
		Accepts: in.o.Accepts, IDs: in.o.IDs, Typed: f.layout.Format == JSONL}
}

func hidden(l Layout) []string {
	var names []string
	for _, name := range l.Header {
		if all, _ := l.Hides(strings.TrimSpace(name)); all {
			names = append(names, name)
		}
	}
	return names
}

// compare refuses a file that differs from the first one.
func (in *Input) compare(f *file) error {
	first := source.Name(in.o.Paths[0])
	mismatch := func(rule string) error {
		return &InputError{File: f.name, Rule: rule, Hint: "the files of one run must have the same layout; sync this one in its own run"}
	}
	switch {
	case f.layout.Empty:
		return nil
	case f.layout.Format != in.layout.Format:
		return mismatch("is " + f.layout.Format + ", but " + first + " is " + in.layout.Format)
	case f.layout.Delimiter != in.layout.Delimiter:
		return mismatch("has a different delimiter than " + first)
	case f.layout.Format == JSONL:
		return in.compareKeys(f)
	case slices.Equal(f.layout.Header, in.layout.Header):
		return nil
	}
	for i, name := range f.layout.Header {
		if i >= len(in.layout.Header) || name != in.layout.Header[i] {
			return mismatch("has another header than " + first + ", from " + mapping.Shown(name, i) + " on")
		}
	}
	return mismatch("has fewer columns than " + first)
}

func (in *Input) compareKeys(f *file) error {
	for _, key := range f.layout.Header {
		if _, _, err := in.mapper.Column(key); err != nil {
			return &InputError{File: f.name, Line: f.rows.line(), Rule: err.Error(), Err: err}
		}
	}
	return nil
}
