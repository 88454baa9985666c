package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// shape is how large a sheet is: its last row and column with content, from 1.
type shape struct {
	rows, columns int
	hidden        int // rows that have cells and are not shown
	changed       changed
}

// inspect reads a sheet to its end once before its rows are read, because the parser of the
// rows would take broken XML for the end.
func inspect(archive *zip.Reader, s sheet, f formats, headerRow int) (shape, error) {
	texts, err := textsOf(archive)
	if err != nil {
		return shape{}, broken(err)
	}
	part, err := archive.Open(s.path)
	if err != nil {
		return shape{}, broken(err)
	}
	i := inspection{shape: shape{changed: changed{}}, formats: f, texts: texts, headerRow: headerRow, stale: s.stale}
	dec := xml.NewDecoder(part)
	for err == nil {
		var token xml.Token
		if token, err = dec.RawToken(); err == nil {
			err = i.token(token)
		}
	}
	if err == io.EOF {
		err = nil
	}
	if err == nil && i.depth != 0 {
		err = io.ErrUnexpectedEOF
	}
	if err = errors.Join(err, part.Close()); err != nil {
		if known, ok := errors.AsType[*Error](err); ok {
			return shape{}, known
		}
		return shape{}, broken(err)
	}
	return i.shape, nil
}

// hasCells reports whether a sheet has a cell with a value.
func hasCells(archive *zip.Reader, name string) bool {
	part, err := archive.Open(name)
	if err != nil {
		return false
	}
	var i inspection
	dec := xml.NewDecoder(part)
	for err == nil && i.rows == 0 {
		var token xml.Token
		if token, err = dec.RawToken(); err == nil {
			err = i.token(token)
		}
	}
	if err = errors.Join(err, part.Close()); err != nil {
		_, refused := errors.AsType[*Error](err) // for a formula without a result, which is a cell
		return refused
	}
	return i.rows > 0
}

// inspection follows the elements of a sheet.
type inspection struct {
	shape
	formats     formats
	texts       int // that cells may refer to
	headerRow   int
	stale       bool // what is stored of formulas is not their result
	depth       int
	row, column int
	unseen      bool // the row is hidden, and has no cells so far
	formula     bool // the cell has one
	value       bool // the cell has a value, which may be empty
	style       int
	number      []byte // of the cell, as stored; nil if it is not a number
	shared      bool   // the number is that of a text
	digits      [32]byte
	within      string
}

func (i *inspection) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		i.depth++
		return i.begin(t)
	case xml.EndElement:
		i.depth--
		i.within = ""
		if t.Name.Local == "c" && len(i.number) > 0 && i.changed != nil {
			if err := i.checkNumber(string(i.number)); err != nil {
				return err
			}
		}
		if t.Name.Local == "c" && i.formula && (i.stale || !i.value) {
			return &Error{Rule: "is a workbook with formulas whose results are not stored, the first in row " + strconv.Itoa(i.row),
				Hint: "open it in a spreadsheet program and save it, so that the formulas are computed"}
		}
	case xml.CharData:
		if (i.within == "v" || i.within == "t") && len(t) > 0 {
			i.rows, i.columns = max(i.rows, i.row), max(i.columns, i.column)
			if i.unseen {
				i.unseen = false
				i.hidden++
			}
			if i.number != nil && i.within == "v" {
				i.number = append(i.number, t...)
			}
		}
	}
	return nil
}

// checkNumber looks at the number of a cell. The parser of the rows would take a text that is not
// there for an empty one, and what is no number for the first.
func (i *inspection) checkNumber(stored string) error {
	if i.shared {
		if n, err := strconv.Atoi(strings.TrimSpace(stored)); err != nil || n < 0 || n >= i.texts {
			return fmt.Errorf("row %d refers to a text that is not there", i.row)
		}
	} else if !i.formats.exact(i.style, stored) {
		i.changed.add(i.row, i.column)
	}
	return nil
}

func (i *inspection) begin(e xml.StartElement) (err error) {
	i.within = e.Name.Local
	switch i.within {
	case "row":
		i.row++
		i.column = 0
		hidden := attribute(e, "hidden")
		i.unseen = hidden == "1" || hidden == "true"
		if at := attribute(e, "r"); at != "" {
			i.row, err = strconv.Atoi(at)
		}
	case "c":
		i.column++
		i.formula, i.value = false, false
		i.number = nil
		kind := attribute(e, "t")
		i.shared = kind == "s"
		if kind == "" || kind == "n" || kind == "d" || i.shared {
			i.number = i.digits[:0]
		}
		i.style, _ = strconv.Atoi(attribute(e, "s")) // no style is the first
		if at := attribute(e, "r"); at != "" {
			i.column, _, err = excelize.CellNameToCoordinates(at)
		}
	case "f":
		i.formula = true
	case "v", "is":
		i.value = true
	case "mergeCell":
		return i.merged(attribute(e, "ref"))
	}
	return err
}

// merged refuses cells that are merged over several rows: the rows below the first would
// have no value.
func (i *inspection) merged(ref string) error {
	from, to, several := strings.Cut(ref, ":")
	if !several {
		return nil
	}
	_, first, err := excelize.CellNameToCoordinates(from)
	_, last, wrong := excelize.CellNameToCoordinates(to)
	if err = errors.Join(err, wrong); err != nil || first == last || last < i.headerRow || first > i.rows {
		return err
	}
	return &Error{Rule: "is a workbook with cells that are merged over several rows, in rows " + strconv.Itoa(first) + " to " + strconv.Itoa(last),
		Hint: "unmerge them and fill each row; above the column names they do not matter if header_row says where these are"}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
