package writer

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"

	"usersync/sync/user"
)

// Place is a row's position in the file that it was read from.
type Place struct {
	Row        int   // the line that it begins on, from 1
	Begin, End int64 // its bytes, with the line ending
}

// FileText is a file to be read.
type FileText struct {
	Name   string // what errors and findings call it: its name in the run directory
	Format Format
	Text   io.Reader
}

// Result is a line of results, the quoting of its cells undone.
type Result struct {
	Place
	user.Settled
}

// LineError is a row that is not as it was written. It does not hold the row.
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
	ruleCut     = "is cut off: it has no line end"
	ruleLong    = "is longer than 64 MiB"
	ruleOutcome = "its outcome or action is not one of usersync's"
)

// ReadResults reads back what Results wrote; name is what errors call the
// file. A row that differs in a byte from what would have been written is a
// *LineError: its Result holds the Place alone, and the next row follows. Any
// other error is one of reading, and the last thing yielded.
func ReadResults(r io.Reader, name string, f Format) iter.Seq2[Result, error] {
	p := newResultParser(name, f)
	return func(yield func(Result, error) bool) {
		for row, err := range rows(r, name, false) {
			if err == nil && p.isHeader(row) {
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

// resultParser takes rows apart and compares them with what is written of them:
// nothing can then be read that was not written.
type resultParser struct {
	name  string
	lines *resultLines

	settled user.Settled // the last row
	again   []byte       // the bytes as written
}

// newResultParser takes every format but CSV for JSON Lines.
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

// result returns nothing but the error if there is one.
func (p *resultParser) result(row textRow) (user.Settled, error) {
	s := &p.settled
	*s = user.Settled{}
	if !p.lines.parse(s, bytes.TrimSuffix(row.text, []byte("\n"))) {
		return user.Settled{}, p.fail(row, ruleShape)
	}
	if !slices.Contains(user.Statuses[:], s.Status) || !slices.Contains(actions[:], s.Action) {
		return user.Settled{}, p.fail(row, ruleOutcome)
	}
	p.again = p.lines.line(p.again[:0], s)
	if !bytes.Equal(p.again, row.text) {
		return user.Settled{}, p.fail(row, ruleShape)
	}
	return *s, nil
}
