package table

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"usersync/reader/between"
	"usersync/reader/dialect"
	"usersync/reader/frame"
)

var newline = []byte{'\n'}

// readCR reads carriage returns as the ends of lines where lines end with them alone, as
// old Mac programs write them. One in quotes, or in front of a line feed, is not the end
// of a line; if there are line feeds too, it is not clear what ends a line.
func readCR(w *frame.Window) error {
	data := bytes.TrimLeft(w.Data()[:min(len(w.Data()), headerBytes)], "\r\n")
	line, rest, more := bytes.Cut(data, newline)
	line = bytes.TrimRight(line, "\r")
	if at := bytes.IndexByte(line, '\r'); at < 0 || bytes.Count(line[:at], []byte{'"'})%2 == 1 {
		return nil
	}
	if !more || len(rest) == 0 {
		w.ReadCR()
		return nil
	}
	return &frame.Error{Line: 1, Rule: "some lines end with a carriage return (CR) alone, and others with a line feed",
		Hint: "write line feeds instead: tr '\\r' '\\n' <OLD.csv >NEW.csv"}
}

// passPreamble passes over what is in front of the header: the lines before the one that
// HeaderRow names, or a first line that is for a program and not for people. Delimiter is
// the one that such a line names; empty if none does.
func passPreamble(f *frame.CSV, lines *between.Lines, headerRow int) (delimiter string, err error) {
	for f.Line() < headerRow {
		if !f.SkipLine() {
			return "", &frame.Error{Rule: "has fewer lines than header_row names", Hint: "correct header_row"}
		}
		lines.Skipped.Before++
	}
	if headerRow > 0 {
		return "", nil
	}
	row := frame.Row{Bytes: f.Peek(1)}
	delimiter, isProgramLine := dialect.ProgramLine(string(bytes.TrimPrefix(row.Raw(), []byte("\uFEFF"))))
	if isProgramLine {
		f.SkipLine()
		lines.Skipped.Leading++
	}
	for lines.IsComment(f.Peek(1)) && f.SkipLine() {
		lines.Skipped.Comments++
	}
	return delimiter, nil
}

// detectDelimiter guesses the delimiter from the first line with text and the rows below.
func detectDelimiter(f *frame.CSV) string {
	rest := bytes.TrimLeft(f.Peek(1), "\r\n")
	for lines := 2; len(rest) == 0 && lines < sampleRows; lines++ {
		rest = bytes.TrimLeft(f.Peek(lines), "\r\n")
	}
	header, _, _ := strings.Cut(string(rest[:min(len(rest), headerBytes)]), "\n")
	return dialect.Delimiter(header, func() []string {
		lines := strings.Split(string(f.PeekBytes(headerBytes)), "\n")
		return lines[:min(len(lines), sampleRows)]
	})
}

func (t *Table) readHeader() error {
	row, err := t.frame.Next()
	for err == nil && t.lines.IsComment(row.Raw()) {
		t.lines.Skipped.Comments++
		row, err = t.frame.Next()
	}
	if err == io.EOF {
		return &frame.Error{Rule: "there is no header: all lines are blank", Hint: "put the column names on the first line"}
	}
	if err != nil {
		return err
	}
	t.headerLine, t.headerSource = row.Line, bytes.Clone(row.Source())
	if invalid := t.Damage(&row, 0); invalid != nil {
		return &frame.Error{Line: row.Line, Rule: "the header " + invalid.Rule, Hint: invalid.Hint}
	}
	t.parser.feed.set(row.Bytes)
	reader := csv.NewReader(&t.parser.feed)
	reader.Comma, reader.ReuseRecord = t.Delimiter(), true
	header, err := reader.Read()
	if err != nil {
		return &frame.Error{Line: row.Line, Rule: "the header cannot be read as CSV"}
	}
	t.parser.csv = reader
	t.setHeader(header, row.Bytes)
	return nil
}

// LaterHeader returns the line, from 1, whose cells are columns that fit, and the cells; 0 if
// there is none among the next lines.
func (t *Table) LaterHeader(fits func(header []string) bool) (line int, header []string) {
	const most = 50
	for i, raw := range bytes.SplitN(t.frame.PeekBytes(headerBytes), newline, most+1) {
		if i == most {
			break
		}
		if cells, _ := dialect.Cells(string(raw)); len(cells) > 0 && fits(cells) {
			return t.frame.Line() + i, cells
		}
	}
	return 0, nil
}
