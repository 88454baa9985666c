package writer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// longestRow limits the memory for a file that usersync did not write.
const longestRow = 64 << 20

// textRow is a row unchanged, with its line ending.
type textRow struct {
	Place
	text []byte // valid until the next row
}

// rows cuts a file into lines or, if quoted, into rows of CSV, in which a line can end within
// quotes. A row without an end, or one that is too long, is a *LineError.
func rows(r io.Reader, name string, quoted bool) iter.Seq2[textRow, error] {
	return cutRows(bufio.NewReaderSize(r, 64<<10), name, quoted)
}

func cutRows(in *bufio.Reader, name string, quoted bool) iter.Seq2[textRow, error] {
	return func(yield func(textRow, error) bool) {
		c := &rowCutter{in: in, quoted: quoted}
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
	buffer []byte
}

// next returns the bytes up to and including the end of the row. With io.EOF it returns the
// incomplete text.
func (c *rowCutter) next() ([]byte, error) {
	c.buffer = c.buffer[:0]
	open := false
	for {
		part, err := c.in.ReadSlice('\n')
		if c.quoted && bytes.Count(part, []byte{'"'})%2 == 1 {
			open = !open
		}
		if len(c.buffer) == 0 && err == nil && !open {
			return part, nil
		}
		c.buffer = append(c.buffer, part...)
		switch {
		case len(c.buffer) > longestRow:
			return nil, errLong
		case err == nil && !open:
			return c.buffer, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return c.buffer, err
		}
	}
}
