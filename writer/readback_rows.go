package writer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// longestRow bounds the memory that a file which is none of ours can take.
const longestRow = 64 << 20

// textRow is a row as it stands, with its line ending.
type textRow struct {
	Place
	text []byte // until the next row is asked for
}

// rows cuts a file into lines or, if quoted, into rows of CSV, in which a line
// can end within quotes. What is not ended, or too long, is a *LineError.
func rows(r io.Reader, name string, quoted bool) iter.Seq2[textRow, error] {
	return func(yield func(textRow, error) bool) {
		c := &rowCutter{in: bufio.NewReaderSize(r, 64<<10), quoted: quoted}
		row := textRow{Place: Place{Row: 1}}
		for {
			var err error
			row.text, err = c.next()
			row.End = row.Begin + int64(len(row.text))
			switch {
			case err == nil:
				if !yield(row, nil) {
					return
				}
				row.Row += bytes.Count(row.text, []byte("\n"))
				row.Begin = row.End
				continue
			case errors.Is(err, errLong):
				err = &LineError{File: name, Row: row.Row, Rule: ruleLong}
			case errors.Is(err, io.EOF) && len(row.text) == 0:
				return
			case errors.Is(err, io.EOF):
				err = &LineError{File: name, Row: row.Row, Rule: ruleCut}
			}
			yield(row, err)
			return
		}
	}
}

var errLong = errors.New("the row is too long")

type rowCutter struct {
	in     *bufio.Reader
	quoted bool
	row    []byte
}

// next returns the bytes up to and with the end of the row. With io.EOF it
// returns the incomplete text.
func (c *rowCutter) next() ([]byte, error) {
	c.row = c.row[:0]
	open := false
	for {
		part, err := c.in.ReadSlice('\n')
		if c.quoted && bytes.Count(part, []byte{'"'})%2 == 1 {
			open = !open
		}
		if len(c.row) == 0 && err == nil && !open {
			return part, nil
		}
		c.row = append(c.row, part...)
		switch {
		case len(c.row) > longestRow:
			return nil, errLong
		case err == nil && !open:
			return c.row, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return c.row, err
		}
	}
}
