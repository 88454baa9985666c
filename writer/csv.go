package writer

import (
	"cmp"
	"io"
	"strconv"

	"usersync/sync/user"
)

const resultsHeader = "record,file,line,id,remote_id,action,outcome,http_status,code,detail,attempts,ms,at,request_id\n"

// CSV writes results as CSV: a header, then a line per outcome. Text cells
// are those of QuoteCell. http_status is empty when no answer came, at when
// the outcome has no time; ms is how long the record took, in milliseconds.
type CSV struct {
	to   io.Writer
	row  row
	at   stamp
	line []byte

	file     string // the last one, and its cell
	fileCell []byte
}

// NewCSV writes the header to w. w gets one Write for each outcome: it should
// be buffered.
func NewCSV(w io.Writer) (*CSV, error) {
	_, err := io.WriteString(w, resultsHeader)
	return &CSV{to: w, row: row{','}}, err
}

// Write writes one line.
func (c *CSV) Write(o user.Outcome) error {
	if err := check(&o); err != nil {
		return err
	}
	line := c.origin(c.line[:0], o.Record)
	line = c.verdict(line, &o)
	line = c.effort(line, &o)
	c.line = append(line, '\n')
	_, err := c.to.Write(c.line)
	return err
}

func (c *CSV) origin(b []byte, r *user.Record) []byte {
	if r.Origin.File != c.file {
		c.file = r.Origin.File
		c.fileCell = c.row.quoted(c.fileCell[:0], c.file)
	}
	b = append(strconv.AppendInt(b, int64(r.Origin.Record), 10), ',')
	b = append(append(b, c.fileCell...), ',')
	b = append(strconv.AppendInt(b, int64(r.Origin.Line), 10), ',')
	return append(c.row.quoted(b, r.User.ID), ',')
}

func (c *CSV) verdict(b []byte, o *user.Outcome) []byte {
	b = append(c.row.quoted(b, cmp.Or(o.Remote, o.Record.Remote)), ',')
	b = append(append(b, o.Action...), ',')
	b = append(append(b, o.Status...), ',')
	if o.HTTP != 0 {
		b = strconv.AppendInt(b, int64(o.HTTP), 10)
	}
	b = append(b, ',')
	b = append(c.row.quoted(b, o.Code), ',')
	return append(c.row.quoted(b, o.Detail), ',')
}

func (c *CSV) effort(b []byte, o *user.Outcome) []byte {
	b = append(strconv.AppendInt(b, int64(o.Attempts), 10), ',')
	b = append(strconv.AppendInt(b, o.Took.Milliseconds(), 10), ',')
	if !o.At.IsZero() {
		b = c.at.append(b, o.At)
	}
	return c.row.quoted(append(b, ','), o.RequestID)
}
