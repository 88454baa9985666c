package table

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"usersync/reader/dialect"
	"usersync/reader/frame"
)

// edges are what each row has in front of its first cell, and after its last: a cell that the
// header does not have.
type edges struct{ leading, trailing bool }

var emptyQuotes = []byte(`""`)

// cut takes off a row what the header has no column for.
func (e edges) cut(row *frame.Row, delimiter rune) {
	if row.Long || row.Malformed || row.BadEscape {
		return
	}
	if e.leading {
		if rest, ok := dialect.AfterCells(row.Bytes, delimiter, 1); ok {
			row.Bytes = rest
		}
		return
	}
	row.Bytes = row.Raw()
	if rest, quoted := bytes.CutSuffix(row.Bytes, emptyQuotes); quoted && bytes.HasSuffix(rest, []byte(string(delimiter))) {
		row.Bytes = rest
	}
	row.Bytes = bytes.TrimSuffix(row.Bytes, []byte(string(delimiter)))
}

// FindEdges finds out whether each row ends with a delimiter where the header does not,
// or the other way round, and whether it begins with its number, as R writes it. Call it
// before the first row is read.
func (t *Table) FindEdges() {
	width := len(t.names)
	first := t.sample(t.frame.Peek(2), 1)
	unnamed := width > 1 && t.names[width-1] == ""
	if len(first) == 0 || len(first[0]) == width && !unnamed {
		return
	}
	rows := t.sample(t.frame.PeekBytes(headerBytes), sampleRows)
	rows = slices.DeleteFunc(rows, func(cells []string) bool { return len(cells) < width-1 || len(cells) > width+1 }) // broken ones
	ends := all(rows, func(_ int, cells []string) bool { return cells[len(cells)-1] == "" })
	switch wide, narrow := all(rows, hasWidth(width+1)), all(rows, hasWidth(width-1)); {
	case unnamed && all(rows, hasWidth(width)) && ends:
		t.edges.trailing = true
		t.dropColumn()
	case unnamed && narrow:
		t.dropColumn()
	case wide && ends:
		t.edges.trailing = true
	case wide && t.numbered(rows):
		t.edges.leading = true
	}
}

// numbered reports whether rows begin with their numbers. The numbers could be ids, so
// that addresses must also be where the header says, one cell further on. Without quotes, a
// comma in a name in front of them moves them, too.
func (t *Table) numbered(rows [][]string) bool {
	mail := slices.IndexFunc(t.names, func(name string) bool { return strings.Contains(strings.ToLower(name), "mail") })
	quoted := bytes.HasPrefix(t.headerSource, []byte{'"'}) && bytes.HasPrefix(t.frame.Peek(1), []byte{'"'})
	return mail >= 0 && (quoted || mail == 0 || t.dialect.Delimiter != string(frame.Comma)) && all(rows, func(i int, cells []string) bool {
		return cells[0] == strconv.Itoa(i+1) && strings.Contains(cells[mail+1], "@") && !strings.Contains(cells[mail], "@")
	})
}

// dropColumn drops the last column of the header, which has no name.
func (t *Table) dropColumn() {
	row := frame.Row{Bytes: t.headerText}
	trimmed := bytes.TrimRight(row.Raw(), " \t\"")
	if t.Delimiter() == '\t' {
		trimmed = row.Raw()
	}
	t.setHeader(t.names[:len(t.names)-1], bytes.TrimSuffix(trimmed, []byte(string(t.Delimiter()))))
	t.parser.csv.FieldsPerRecord = len(t.names)
}

func hasWidth(n int) func(int, []string) bool {
	return func(_ int, cells []string) bool { return len(cells) == n }
}

func all(rows [][]string, holds func(i int, cells []string) bool) bool {
	for i, cells := range rows {
		if !holds(i, cells) {
			return false
		}
	}
	return len(rows) > 0
}

// sample parses the rows at the beginning of text, at most n of them. It leaves out
// the line under the header, and what may be cut off at the end.
func (t *Table) sample(text []byte, n int) [][]string {
	if !bytes.HasSuffix(text, newline) && t.frame.Err() == nil {
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	ahead := frame.NewCSV(frame.Over(text), t.dialect)
	var rows [][]string
	for len(rows) < n {
		row, err := ahead.Next()
		if err != nil || row.Malformed || row.Long || row.BadEscape {
			break
		}
		if t.lines.WouldPass(&row, len(rows) == 0) {
			continue
		}
		cells, err := dialect.Split(string(row.Raw()), t.Delimiter())
		if err != nil {
			break
		}
		rows = append(rows, cells)
	}
	return rows
}
