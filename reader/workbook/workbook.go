// Package workbook reads a sheet of an .xlsx workbook as CSV text: a line for each row of the
// sheet, and the cells as the spreadsheet program shows them. Dates that each machine shows in
// its own way, or with two digits of their year, are as in 1990-12-31.
//
// It knows neither headers nor users. A workbook that would lose something is refused: one
// with a password, with formulas that were never computed, or with cells that are merged over
// several rows. Start at Open.
package workbook

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"

	"usersync/reader/frame"
)

// MaxSize is how large a workbook may be, unpacked and packed, in bytes: it is held in memory.
const MaxSize = 512 << 20

// Error says why a workbook cannot be read. It holds no cell.
type Error struct {
	Rule, Hint string
	Err        error // may be nil
}

// Error returns the rule.
func (e *Error) Error() string { return e.Rule }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Options say what to read.
type Options struct {
	// Sheet is the name of the sheet; empty: the first that is not hidden.
	Sheet string
	// HeaderRow is the row of the column names, from 1; 0 if it is not known. Cells may be
	// merged above it.
	HeaderRow int
}

// Begins reports whether a file begins as a zip archive, such as a workbook.
func Begins(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// Sheet is a sheet of a workbook: its rows as CSV text with commas. It is for one goroutine.
type Sheet struct {
	// Unread is how many other sheets have cells and are not hidden, if none was named.
	Unread int

	text
}

// Hidden is how many rows have cells and are not shown, because of a filter or by hand.
func (s *Sheet) Hidden() int { return s.shape.hidden }

// Changed reports whether a cell holds a number that is not shown digit for digit, such as
// one that is rounded, has separators, is shown as a date, or has more digits than a
// spreadsheet program keeps. Rows and columns count from 1.
func (s *Sheet) Changed(row, column int) bool { return s.shape.changed.has(row, column) }

// Open opens a sheet. It reads r to its end. An error is an *Error, or one of r.
func Open(r io.Reader, o Options) (*Sheet, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, tooLarge()
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Error{Rule: "is a spreadsheet or a zip archive that is cut off or broken", Hint: "save it as CSV, or fetch it again", Err: err}
	}
	if err := check(archive); err != nil {
		return nil, err
	}
	named, others, err := find(archive, o.Sheet)
	if err != nil {
		return nil, err
	}
	sheet := &Sheet{}
	for _, other := range others {
		if hasCells(archive, other.path) {
			sheet.Unread++
		}
	}
	styles, err := readFormats(archive)
	if err != nil {
		return nil, broken(err)
	}
	if sheet.shape, err = inspect(archive, named, styles, o.HeaderRow); err != nil {
		return nil, err
	}
	sheet.nextRow, err = rowsOf(data, named.name, styles)
	return sheet, err
}

// shortDate is how dates are shown whose form is that of each machine. Without it they would
// have a year of two digits.
const shortDate = "yyyy-mm-dd"

// rowsOf returns what reads the next row of a sheet. It is a function in place of excelize.Rows,
// because the linker keeps every method of what an interface holds: the charts and formulas of
// excelize.File are 4 MiB.
func rowsOf(data []byte, sheet string, f formats) (func() ([]string, error), error) {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: MaxSize, UnzipXMLSizeLimit: MaxSize, ShortDatePattern: shortDate, LongDatePattern: shortDate})
	if err != nil {
		return nil, broken(err)
	}
	f.showYears(book)
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, broken(err)
	}
	return func() ([]string, error) {
		if !rows.Next() {
			return nil, cmp.Or(rows.Error(), errors.New("the sheet has no more rows"))
		}
		return rows.Columns()
	}, nil
}

func broken(err error) error {
	return &Error{Rule: "is a workbook that cannot be read", Hint: "open it in a spreadsheet program and save it again, or save the sheet as CSV", Err: err}
}

func tooLarge() error {
	return &Error{Rule: "is a workbook of more than 512 MiB, unpacked", Hint: "save the sheet as CSV"}
}

// check refuses archives that are no workbook, and those that unpack to more than MaxSize,
// whatever they say about their size.
func check(archive *zip.Reader) error {
	if !slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == workbookPart }) {
		return otherArchive(archive)
	}
	left := int64(MaxSize)
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			return broken(err)
		}
		n, err := io.Copy(io.Discard, io.LimitReader(part, left+1))
		err = errors.Join(err, part.Close())
		if left -= n; left < 0 {
			return tooLarge()
		}
		if err != nil {
			return broken(err)
		}
	}
	if err := checkParts(archive); err != nil {
		return broken(err)
	}
	return nil
}

// text is the text of the rows.
type text struct {
	nextRow func() ([]string, error)
	shape   shape
	row     int // that was written last
	buf     []byte
	rest    []byte // of buf, not yet read
	ended   bool
}

// Read reads the text. Blank rows are empty lines.
func (t *text) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		if t.ended {
			return 0, io.EOF
		}
		if err := t.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

func (t *text) next() error {
	if t.row >= t.shape.rows {
		t.ended = true
		return nil
	}
	cells, err := t.nextRow()
	if err != nil {
		return broken(fmt.Errorf("rows found: %d, expected: %d: %w", t.row, t.shape.rows, err))
	}
	t.row++
	t.buf = t.buf[:0]
	if slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
		for i := range max(t.shape.columns, len(cells)) {
			if i > 0 {
				t.buf = append(t.buf, frame.Comma)
			}
			if i < len(cells) {
				t.buf = frame.AppendCell(t.buf, []byte(cells[i]), frame.Comma)
			}
		}
	}
	t.buf = append(t.buf, '\n')
	t.rest = t.buf
	return nil
}
