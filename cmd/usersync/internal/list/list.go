// Package list reads the small CSV files that a person gives to a command of the
// ledger: a header, and then a row for each user. It is not for the users themselves,
// which package reader reads. Start at Read.
package list

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"usersync/sync/identity"
	"usersync/writer"
)

// maxBytes bounds what is held in memory.
const maxBytes = 64 << 20

// Row is a row of a list.
type Row struct {
	Line  int      // of the file, from 1
	Cells []string // one for each column that was asked for, cleaned as ids are
}

// Error says why a list cannot be used. It holds no cell.
type Error struct {
	Line int // 0 if the fault is not one of a line
	What string
}

// Error names the line and what is wrong.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

// Read reads all of a list, and returns the cells of the columns of those names, in
// their order. Cells are separated by commas, semicolons or tabs, whichever the header
// has. Other columns do not matter, nor do letter case and blanks around names. A file
// of results is recognised, and its quoting undone. What cannot be used is an *Error.
func Read(r io.Reader, columns ...string) ([]Row, error) {
	text, err := readText(r)
	if err != nil {
		return nil, err
	}
	header, _, _ := bytes.Cut(text, []byte("\n"))
	rows := csv.NewReader(bytes.NewReader(text))
	rows.Comma = separatorOf(string(header))
	at, quoted, err := find(rows, columns)
	if err != nil {
		return nil, err
	}
	var all []Row
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fault(err)
		}
		line, _ := rows.FieldPos(0)
		row := Row{Line: line}
		for _, i := range at {
			cell := cells[i]
			if quoted {
				cell = writer.UnquoteCell(cell)
			}
			row.Cells = append(row.Cells, identity.Clean(cell))
		}
		all = append(all, row)
	}
}

// readText reads a text that is not too large, without a byte order mark.
func readText(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > maxBytes:
		return nil, &Error{What: fmt.Sprintf("it has more than %d MiB", maxBytes>>20)}
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, &Error{What: "it is not UTF-8; save it as CSV UTF-8"}
	}
	return text, nil
}

func separatorOf(header string) rune {
	for _, c := range []rune{'\t', ';'} {
		if strings.ContainsRune(header, c) && !strings.ContainsRune(header, ',') {
			return c
		}
	}
	return ','
}

// find reads the header, and returns where the columns are. Results have a column that
// no list of a person needs.
func find(rows *csv.Reader, columns []string) (at []int, results bool, err error) {
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, false, &Error{What: "it is empty"}
	}
	if err != nil {
		return nil, false, fault(err)
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(identity.Clean(name))
	}
	for _, column := range columns {
		i := slices.Index(names, column)
		if i < 0 || slices.Contains(names[i+1:], column) {
			return nil, false, &Error{Line: 1, What: "the header must name the columns " + strings.Join(columns, " and ") + ", each once"}
		}
		at = append(at, i)
	}
	return at, slices.Contains(names, "outcome") && slices.Contains(names, "record"), nil
}

// fault is an error of package csv, without the cell that it may quote.
func fault(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		if errors.Is(err, csv.ErrFieldCount) {
			return &Error{parse.Line, "it has another number of cells than the header"}
		}
		return &Error{parse.Line, "its quotes are broken"}
	}
	return err
}
