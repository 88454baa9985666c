// Package table reads CSV text as a table: it finds the delimiter and the header, passes over
// lines that belong to no user, and hands out the other rows, one at a time.
//
// It does not know what a column means. Frame cuts the text into rows and refuses those that
// would mislead a parser; gocsv parses the others. Start at Open.
package table

import (
	"bytes"
	"slices"

	"usersync/reader/between"
	"usersync/reader/frame"
)

// Options say how the text is written. The zero value finds out.
type Options struct {
	// Dialect of the cells; without a delimiter, the one that fits.
	frame.Dialect
	// Lines says that each row is one line, although cells may hold line endings.
	Lines bool
	// HeaderRow is the line, from 1, that holds the column names; lines before it are
	// skipped. 0: the first line with text.
	HeaderRow int
	// Comment is how lines begin that are skipped; empty: none are.
	Comment string
	// Footer lists how lines begin that are skipped at the end.
	Footer []string
	// Charset returns what the text was decoded from, as far as it was read; empty if it was
	// UTF-8. U+FFFD replaces bytes that are not valid in it.
	Charset func() string
}

// Table is an open table. It is for one goroutine.
type Table struct {
	frame   *frame.CSV
	row     frame.Row
	parser  parser
	lines   between.Lines
	edges   edges
	dialect frame.Dialect
	Columns
	// headerText is the line of the header, which is line headerLine.
	headerText []byte
	headerLine int
	// headerSource is the header in the dialect of the file.
	headerSource []byte
}

// The parts of a file that are searched for its layout.
const (
	headerBytes = 64 << 10 // from the beginning
	sampleRows  = 100
)

// Open reads the header of the table that begins at w's position. An error that is not about
// reading is a *frame.Error.
func Open(w *frame.Window, o Options) (*Table, error) {
	t := &Table{lines: between.New(o.Comment, o.Footer), Columns: Columns{charset: o.Charset}}
	if !o.Lines {
		if err := readCR(w); err != nil {
			return nil, err
		}
	}
	t.frame, t.dialect = frame.NewCSV(w, frame.Dialect{}), o.Dialect
	t.frame.Lines = o.Lines
	named, err := passPreamble(t.frame, &t.lines, o.HeaderRow)
	if err != nil {
		return nil, err
	}
	if t.dialect.Delimiter == "" {
		t.dialect.Delimiter = named
	}
	if t.dialect.Delimiter == "" {
		t.dialect.Delimiter = detectDelimiter(t.frame)
	}
	t.frame.Dialect = t.dialect
	return t, t.readHeader()
}

// Header returns the cells of the header.
func (t *Table) Header() []string { return t.names }

// HeaderText returns the header as the file holds it.
func (t *Table) HeaderText() []byte { return t.headerSource }

// HeaderLine returns the line of the header, from 1.
func (t *Table) HeaderLine() int { return t.headerLine }

// Delimiter returns the delimiter of the rows, as Next returns them.
func (t *Table) Delimiter() rune { return t.dialect.Plain() }

// Line returns the line that was read last, from 1.
func (t *Table) Line() int { return max(1, t.frame.Line()-1) }

// NextLine returns the line that is read next, from 1.
func (t *Table) NextLine() int { return t.frame.Line() }

// Open reports whether the last line has no newline at its end, and whether it is the only
// one.
func (t *Table) Open() (open, only bool) { return t.frame.Open(), t.frame.Line() == 1 }

// Skipped counts the lines skipped so far.
func (t *Table) Skipped() between.Skipped {
	s := t.lines.Skipped
	s.Blank += t.frame.Blank()
	if t.frame.EndMark() {
		s.EndMarks = 1
	}
	return s
}

// Next returns the next row that may be a user, which is valid until the one after it. It
// returns io.EOF at the end, and a *frame.Error where the rest cannot be read.
func (t *Table) Next() (*frame.Row, error) {
	for {
		var err error
		if t.row, err = t.frame.Next(); err != nil {
			return nil, err
		}
		if t.edges.leading || t.edges.trailing {
			t.edges.cut(&t.row, t.Delimiter())
		}
		skip, err := t.lines.Pass(&t.row)
		if err != nil || !skip {
			return &t.row, err
		}
	}
}

// setHeader sets the header to those names.
func (t *Table) setHeader(names []string, text []byte) {
	t.names, t.headerText = slices.Clone(names), bytes.Clone(text)
	t.lines.SetHeader(t.Delimiter(), t.names, t.headerText)
}
