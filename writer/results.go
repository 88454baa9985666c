package writer

import (
	"cmp"
	"fmt"
	"io"

	"usersync/sync/user"
)

// lines are results in one format, a line per outcome.
type lines interface {
	// frame returns the header, empty if the format has none, and how a line ends.
	frame() (header, end string)
	// append appends the columns of s from one to before another.
	append(b []byte, s *user.Settled, from, to int) []byte
	// parse is lenient: the line is compared with what it would be written as.
	parse(s *user.Settled, line []byte) bool
}

// resultLines writes and reads the lines of results. The rows of a batch differ
// by their record, line and id alone: the rest is copied from the row before.
type resultLines struct {
	lines
	header, end string
	before      user.Settled
	rest        []byte // of the row before
}

// newResultLines returns nil for a format that does not exist.
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
	b = r.append(b, s, 0, ownResultColumns)
	rest := r.before
	rest.Record, rest.File, rest.Line, rest.ID = s.Record, s.File, s.Line, s.ID
	if r.rest == nil || rest != *s {
		r.before = *s
		r.rest = append(r.append(r.rest[:0], s, ownResultColumns, len(resultColumns)), r.end...)
	}
	return append(b, r.rest...)
}

// Results writes results: a line per outcome, with the columns of resultColumns.
// As CSV they have a header, and text cells are those of QuoteCell; http_status is
// empty when no answer came, at when the outcome has no time. As JSON Lines every
// line is an object with all of the columns as keys; numbers are numbers, and what
// CSV leaves empty is null. ms is how long the record took, in milliseconds.
type Results struct {
	to      io.Writer
	lines   *resultLines
	settled user.Settled
	line    []byte
}

// NewResults returns a Results, and writes the header if the format has one. w
// gets one Write for each outcome: it should be buffered.
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
func (r *Results) Write(o user.Outcome) error {
	if err := check(&o); err != nil {
		return err
	}
	r.settled = o.Settled()
	r.settled.Remote = cmp.Or(o.Remote, o.Record.Remote)
	r.line = r.lines.line(r.line[:0], &r.settled)
	_, err := r.to.Write(r.line)
	return err
}
