package writer

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"

	"usersync/sync/pseudonym"
	"usersync/sync/user"
)

// Place is a row's position in the file that it was read from.
type Place struct {
	Row        int   // the line that it begins on, from 1
	Begin, End int64 // its bytes, with the line ending
}

// FileText is a file to read.
type FileText struct {
	Name   string // its name in the run directory, used in errors and findings
	Format Format
	Text   io.Reader
	// Pseudonyms is the key of the ids in it; the zero Key if they are not replaced.
	Pseudonyms pseudonym.Key
}

// Result is a line of results, with its cells unquoted.
type Result struct {
	Place
	user.Settled
}

// LineError says that a row is not as it was written. It does not hold the row.
type LineError struct {
	File string
	Row  int // the line that the row begins on, from 1
	Rule string
}

// Error names file, row and rule.
func (e *LineError) Error() string { return fmt.Sprintf("%s, line %d: %s", e.File, e.Row, e.Rule) }

// The rules that LineErrors name.
const (
	ruleShape   = "is not a result as usersync writes it"
	ruleHeader  = "is not the header that usersync writes"
	ruleReject  = "is not a reject as usersync writes it"
	ruleCut     = "is truncated: it has no line end"
	ruleLong    = "is longer than 64 MiB"
	ruleOutcome = "its outcome or action is not one of usersync's"
)

// ReadResults reads back what Results wrote; name is used in errors. A row that differs in a
// byte from what would have been written is a *LineError: its Result holds only the Place, and
// the next row follows. Any other error is a read error, and the last thing yielded.
func ReadResults(r io.Reader, name string, f Format) iter.Seq2[Result, error] {
	return ReadRows(r, name, f, true)
}

// ReadRows reads back results from a row on: without the header, unless whole says that r
// begins with it. Lines and bytes are counted from there. Its errors are those of ReadResults.
func ReadRows(r io.Reader, name string, f Format, whole bool) iter.Seq2[Result, error] {
	p := newResultParser(name, f)
	return func(yield func(Result, error) bool) {
		for row, err := range rows(r, name, false) {
			if err == nil && whole && p.isHeader(row) {
				if string(row.text) != p.lines.header && !yield(Result{Place: row.Place}, p.fail(row, ruleHeader)) {
					return
				}
				continue
			}
			result := Result{Place: row.Place}
			if err == nil {
				result.Settled, err = p.result(row)
			}
			if !yield(result, err) {
				return
			}
		}
	}
}

// resultParser parses rows and compares them with what would be written, so it reads nothing
// that was not written.
type resultParser struct {
	name  string
	lines *resultLines

	settled user.Settled // the last row
	written []byte       // the bytes as written
}

// newResultParser treats every format other than CSV as JSON Lines.
func newResultParser(name string, f Format) *resultParser {
	if f != FormatCSV {
		f = FormatJSONL
	}
	return &resultParser{name: name, lines: newResultLines(f)}
}

func (p *resultParser) isHeader(row textRow) bool { return row.Row == 1 && p.lines.header != "" }

func (p *resultParser) fail(r textRow, rule string) error {
	return &LineError{File: p.name, Row: r.Row, Rule: rule}
}

// result returns the parsed row, or only an error.
func (p *resultParser) result(row textRow) (user.Settled, error) {
	s := &p.settled
	*s = user.Settled{}
	if !p.lines.parse(s, bytes.TrimSuffix(row.text, []byte("\n"))) {
		return user.Settled{}, p.fail(row, ruleShape)
	}
	if !slices.Contains(user.Statuses[:], s.Status) || !slices.Contains(actions[:], s.Action) {
		return user.Settled{}, p.fail(row, ruleOutcome)
	}
	p.written = p.lines.line(p.written[:0], s)
	if !bytes.Equal(p.written, row.text) {
		return user.Settled{}, p.fail(row, ruleShape)
	}
	return *s, nil
}

// oneRow is what is read at once to find one row. Few are longer.
const oneRow = 4 << 10

// ReadResult reads back the one row of results that begins at a byte of r. A row that is not
// as Results wrote it is a *LineError without a line.
func ReadResult(r io.ReaderAt, at int64, name string, f Format) (Result, error) {
	p := newResultParser(name, f)
	in := bufio.NewReaderSize(io.NewSectionReader(r, at, longestRow+1), oneRow)
	for row, err := range cutRows(in, name, false) {
		result := Result{Place: Place{Begin: at, End: at + row.End}}
		if err == nil {
			row.Row = 0
			result.Settled, err = p.result(row)
		}
		return result, err
	}
	return Result{}, p.fail(textRow{}, ruleCut)
}
