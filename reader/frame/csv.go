package frame

import "bytes"

// CSV cuts CSV text into rows by the rules of encoding/csv: a quote opens only at the start
// of a cell, and after a misplaced quote the row ends with the line. It knows where each row
// begins, holds at most one of them in memory, and skips rows that are too long.
type CSV struct {
	Window
	Dialect
	// Lines says that each row is one line, although cells may hold line endings.
	Lines     bool
	rewritten []byte // the last row of a dialect that parsers do not read
	line      int    // of the next byte, from 1
	open      bool
	blank     int // lines

	state     state
	pos       int // scanned so far, from the start of the window
	cell      int // index of the cell at pos
	malformed bool
	quoteLine int   // where the last quote opened
	dropped   int64 // bytes of this row that were skipped
	unclosed  int   // broken quotes that nothing closed
}

// Raw is the row without its line ending.
func (r *Row) Raw() []byte { return withoutEnding(r.Bytes) }

// Source is the row as the file holds it, in the file's own dialect, without its line ending.
func (r *Row) Source() []byte {
	if r.source != nil {
		return withoutEnding(r.source)
	}
	return r.Raw()
}

func withoutEnding(row []byte) []byte {
	raw := bytes.TrimSuffix(row, newline)
	for len(raw) > 0 && raw[len(raw)-1] == '\r' { // some programs write CR CR LF
		raw = raw[:len(raw)-1]
	}
	return raw
}

// NewCSV returns a CSV that begins at w's position.
func NewCSV(w *Window, d Dialect) *CSV { return &CSV{Window: *w, Dialect: d, line: 1} }

// Line returns the line of the next byte, from 1.
func (f *CSV) Line() int { return f.line }

// SkipLine passes over the line that comes next, and reports whether there was one.
func (f *CSV) SkipLine() bool {
	line := f.Peek(1)
	f.line += bytes.Count(line, newline)
	f.Drop(len(line))
	return len(line) > 0
}

// Open reports whether the last row has no newline at its end.
func (f *CSV) Open() bool { return f.open }

// Next returns the next row that is not blank. It returns io.EOF at the end, and an *Error
// at a quote that is never closed.
func (f *CSV) Next() (Row, error) {
	for {
		row, err := f.cut()
		if err != nil || row.Long || len(row.Raw()) > 0 {
			return row, err
		}
		f.blank++
	}
}

// Blank is how many blank lines were passed over.
func (f *CSV) Blank() int { return f.blank }

func (f *CSV) cut() (Row, error) {
	data := f.Data()
	if len(data) == 0 || data[0] == EndOfFile {
		f.EndsHere()
		data = f.Data()
	}
	if len(data) > 0 && data[0] >= misreadMark[0] {
		data = f.skipMarks()
	}
	row := Row{Line: f.line, Offset: f.offset}
	if i := bytes.IndexByte(data, '\n'); i >= 0 && i <= MaxRecord && bytes.IndexByte(data[:i], '"') < 0 {
		if f.Escape != 0 && bytes.IndexByte(data[:i], f.Escape) >= 0 {
			return row, f.scan(&row)
		}
		row.Bytes = data[:i+1]
		f.line++
		f.Drop(i + 1)
		if !f.plain() {
			f.rewrite(&row)
			return row, nil
		}
		if i > 1 && data[i-2] == '\r' && data[i-1] == '\r' {
			row.Bytes = row.Raw()
		}
		return row, nil
	}
	return row, f.scan(&row)
}
