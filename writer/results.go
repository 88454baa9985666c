package writer

import (
	"cmp"
	"fmt"
	"io"

	"usersync/sync/user"
)

// lines are results in one format, one line per outcome.
type lines interface {
	// frame returns the header, empty if the format has none, and the end of a line.
	frame() (header, end string)
	// append appends the columns of s from index from to index to.
	append(b []byte, s *user.Settled, from, to int) []byte
	// parse is lenient: the caller compares the line with what it would be written as.
	parse(s *user.Settled, line []byte) bool
}

// resultLines writes and reads the lines of results. The rows of a batch differ only in record,
// line and id: the rest is copied from the previous row.
type resultLines struct {
	lines
	header, end string
	previous    user.Settled
	rest        []byte // of the previous row
}

// newResultLines returns nil for an unknown format.
func newResultLines(f Format) *resultLines {
	r := &resultLines{}
	switch f {
	case FormatCSV:
		r.lines = newCSVResults()
	case FormatJSONL:
		r.lines = newJSONResults()
	default:
		return nil
	}
	r.header, r.end = r.frame()
	return r
}

func (r *resultLines) line(b []byte, s *user.Settled) []byte {
	b = r.append(b, s, 0, perRowColumns)
	rest := r.previous
	rest.Record, rest.File, rest.Line, rest.ID = s.Record, s.File, s.Line, s.ID
	if r.rest == nil || rest != *s {
		r.previous = *s
		r.rest = append(r.append(r.rest[:0], s, perRowColumns, len(resultColumns)), r.end...)
	}
	return append(b, r.rest...)
}

// Results writes results: one line per outcome, with the columns of resultColumns. CSV has a
// header, and text cells are quoted by QuoteCell; http_status is empty if there was no answer,
// at if the outcome has no time. In JSON Lines every line is an object with all columns as keys;
// numbers are numbers, and what is empty in CSV is null. ms is how long the record took, in
// milliseconds.
type Results struct {
	to      io.Writer
	lines   *resultLines
	settled user.Settled
	line    []byte
}

// NewResults returns a Results, and writes the header if the format has one. Each outcome is one
// Write to w, so w should be buffered.
func NewResults(w io.Writer, f Format) (*Results, error) {
	r := &Results{to: w, lines: newResultLines(f)}
	if r.lines == nil {
		return nil, fmt.Errorf("write results: unknown format %q", f)
	}
	if r.lines.header == "" {
		return r, nil
	}
	_, err := io.WriteString(w, r.lines.header)
	return r, err
}

// Write writes one line.
func (r *Results) Write(o *user.Outcome) error {
	if err := check(o); err != nil {
		return err
	}
	r.settled = o.Settled()
	r.settled.Remote = cmp.Or(o.Remote, o.Record.Remote)
	r.line = r.lines.line(r.line[:0], &r.settled)
	_, err := r.to.Write(r.line)
	return err
}
