package reader

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/proof"
	"usersync/sync/user"
)

// csvRows reads a CSV file: frame cuts it into rows and refuses those that would mislead
// a parser, gocsv parses the others, one at a time.
type csvRows struct {
	file          string
	frame         *frame.CSV
	row           rowParser
	delimiter     rune
	header        []string // as in the file, including the reject columns
	mapper        *mapping.Mapper
	chunk         *chunk
	cells         []user.Value // of the file's own columns
	rejectColumns rejectColumns
	trailer       trailer
	records       int  // so far
	results       bool // the file is results of a run: their cells are quoted for spreadsheets
	lines         between
	// charset is what the text was decoded from; U+FFFD replaces invalid bytes.
	charset func() string
}

// rowParser parses rows with gocsv.
type rowParser struct {
	feed         *feed
	parser       *csv.Reader
	unmarshaller *gocsv.Unmarshaller
	// header is the header's text, which gocsv reads once the columns to read are
	// known.
	header []byte
	places []*user.Value // where the cells go
}

// feed gives the csv.Reader one row at a time, so it never reads ahead.
type feed struct{ row, ending []byte }

var newline = []byte{'\n'}

func (f *feed) set(row []byte) {
	f.row, f.ending = row, nil
	if !bytes.HasSuffix(row, newline) {
		f.ending = newline
	}
}

// Read reads to the end of the row, which is io.EOF.
func (f *feed) Read(p []byte) (int, error) {
	n := copy(p, f.row)
	f.row = f.row[n:]
	if len(f.row) > 0 {
		return n, nil
	}
	m := copy(p[n:], f.ending)
	f.ending = f.ending[m:]
	if n+m == 0 {
		return 0, io.EOF
	}
	return n + m, nil
}

func openCSV(f *file, w *frame.Window, o Options) (*csvRows, error) {
	r := &csvRows{file: f.name, row: rowParser{feed: &feed{}}, charset: f.source.Charset, rejectColumns: rejectColumns{original: o.Original}, trailer: trailer{Trailer: proof.NewTrailer(o.Trailer)}}
	if err := r.readCR(w); err != nil {
		return nil, err
	}
	r.frame = frame.NewCSV(w, nil)
	if bytes.HasPrefix(w.Data(), []byte(user.RejectPrefix)) || bytes.HasPrefix(w.Data(), []byte(`"`+user.RejectPrefix)) {
		o.HeaderRow, o.Comment, o.Footer = 0, "", nil // these are about the input that rejects came from
		if d := rejectDelimiter(w.Data()); d != 0 {
			o.Delimiter = d
		}
	}
	r.lines.comment, r.lines.footer = []byte(o.Comment), o.Footer
	if err := r.passPreamble(&o); err != nil {
		return nil, err
	}
	if r.delimiter = o.Delimiter; r.delimiter == 0 {
		r.delimiter = r.detectDelimiter()
	}
	r.frame.SetDelimiter(utf8.AppendRune(nil, r.delimiter))
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	if r.rejectColumns.count == 0 {
		r.findEdges()
	}
	f.layout = Layout{Format: CSV, Delimiter: r.delimiter, Header: r.header[r.rejectColumns.count:]}
	return r, nil
}

func (r *csvRows) readHeader() error {
	row, err := r.frame.Next()
	for err == nil && r.isComment(row.Raw()) {
		r.lines.skipped.Comments++
		row, err = r.frame.Next()
	}
	if err == io.EOF {
		return &InputError{File: r.file, Rule: "there is no header: all lines are blank", Hint: "put the column names on the first line"}
	}
	if err != nil {
		return r.fatal(err)
	}
	if bytes.HasPrefix(row.Bytes, []byte("PK\x03\x04")) {
		return &InputError{File: r.file, Rule: "is a spreadsheet or a zip archive, not CSV", Hint: "save it as CSV, or unpack it"}
	}
	if invalid := r.malformed(&row, 0); invalid != nil {
		return &InputError{File: r.file, Line: row.Line, Rule: "the header " + invalid.Rule, Hint: invalid.Hint}
	}
	r.row.feed.set(row.Bytes)
	reader := csv.NewReader(r.row.feed)
	reader.Comma, reader.ReuseRecord = r.delimiter, true
	header, err := reader.Read()
	if err != nil {
		return &InputError{File: r.file, Line: row.Line, Rule: "the header cannot be read as CSV"}
	}
	r.row.parser, r.row.header, r.header = reader, bytes.Clone(row.Bytes), slices.Clone(header)
	err = r.rejectColumns.find(r.header)
	r.results = user.IsResults(trimmed(r.header))
	return r.located(row.Line, err)
}

// readCR reads carriage returns as the ends of lines where lines end with them alone, as
// old Mac programs write them. One in quotes, or in front of a line feed, is not the end
// of a line; if there are line feeds too, it is not clear what ends a line.
func (r *csvRows) readCR(w *frame.Window) error {
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
	return &InputError{File: r.file, Line: 1, Rule: "some lines end with a carriage return (CR) alone, and others with a line feed",
		Hint: "write line feeds instead: tr '\\r' '\\n' <OLD.csv >NEW.csv"}
}

const headerBytes = 64 << 10 // of a file's beginning, in which its layout is looked for

func (r *csvRows) located(line int, err error) error {
	if err == nil {
		return nil
	}
	return inputError(r.file, line, err)
}

func (r *csvRows) line() int { return max(1, r.frame.Line()-1) }

func (r *csvRows) fatal(err error) error { return inputError(r.file, r.frame.Line(), err) }

func (r *csvRows) next(rec *user.Record) error {
	row, err := r.nextRow()
	if err == io.EOF {
		return r.atEnd()
	}
	if err != nil {
		return r.fatal(err)
	}
	if r.trailer.Expected() {
		if ended, err := r.endsAt(&row); err != nil {
			return err
		} else if ended {
			return r.next(rec)
		}
	}
	r.records++
	rec.Origin.Line = row.Line
	rec.Origin.Raw = r.chunk.copied(row.Raw())
	if invalid := r.malformed(&row, 0); invalid != nil {
		r.refuse(rec, invalid)
		return nil
	}
	r.row.feed.set(row.Bytes)
	if ragged, err := r.parse(); err != nil {
		return err
	} else if ragged {
		r.refuse(rec, r.ragged(rec.Origin.Raw, 0))
		return nil
	}
	if r.rejectColumns.count > 0 && !r.stripRejectColumns(rec) {
		return nil
	}
	if r.rejectColumns.count > 0 {
		r.unmask(rec)
	}
	r.mapper.Fill(rec, r.cells, r.chunk.room(r.mapper.Width()))
	rec.User.Attributes = r.chunk.keep(rec.User.Attributes)
	return nil
}

// repeatsHeader reports whether a row is the header once more: files that were joined
// keep theirs. It may be quoted in another way. Nearly all rows differ in their first
// byte.
func (r *csvRows) repeatsHeader(row *frame.Row) bool {
	b := row.Bytes
	if len(b) > 0 && b[0] == '"' {
		b = b[1:]
	}
	if !begins(b, r.header[0]) && !bytes.HasPrefix(row.Bytes, r.row.header[:min(8, len(r.row.header))]) {
		return false
	}
	raw, header := row.Raw(), bytes.TrimRight(r.row.header, "\r\n")
	if bytes.Equal(raw, header) {
		return true
	}
	if row.Malformed || r.header[0] == "" || !begins(bytes.TrimPrefix(raw, []byte{'"'}), r.header[0]) {
		return false
	}
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma = r.delimiter
	cells, err := reader.Read()
	return err == nil && slices.Equal(cells, r.header)
}

func begins(row []byte, name string) bool {
	return len(row) >= len(name) && string(row[:len(name)]) == name
}

// parse parses the row in feed into cells.
func (r *csvRows) parse() (ragged bool, err error) {
	out, err := r.row.unmarshaller.Read()
	if errors.Is(err, csv.ErrFieldCount) {
		return true, nil
	}
	if row, ok := out.(cellsRow); err == nil && ok && row.Cells.assign(r.row.places) {
		if r.results {
			unquote(r.cells)
		}
		plainText(r.cells, r.mapper.Secret)
		return false, nil
	}
	// The frame passes no malformed rows. gocsv's message would quote the cell.
	return false, &InputError{File: r.file, Line: r.line(), Rule: "the CSV parser stopped where its row was well-formed"}
}

// ragged says how many cells the row has. Its first cell is that of column from.
func (r *csvRows) ragged(raw []byte, from int) *user.InvalidError {
	return r.raggedBy(raw, from, r.delimiter)
}

// raggedBy is ragged for a row with another delimiter.
func (r *csvRows) raggedBy(raw []byte, from int, delimiter rune) *user.InvalidError {
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma, reader.FieldsPerRecord = delimiter, -1
	e := &user.InvalidError{Code: "ragged", Hint: "a delimiter inside a cell needs quotes around the cell"}
	want := strconv.Itoa(len(r.header) - from)
	e.Rule = "has a different number of cells than the header, which has " + want
	if cells, err := reader.Read(); err == nil {
		e.Rule = "has " + strconv.Itoa(len(cells)) + " cells, the header has " + want
	}
	return e
}

// unquote takes off what results put in front of a cell.
func unquote(cells []user.Value) {
	for i := range cells {
		cells[i].Text = user.UnquoteCell(cells[i].Text)
	}
}

func trimmed(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.TrimSpace(name)
	}
	return all
}

func validDelimiter(d rune) bool {
	return d != '"' && d != '\r' && d != '\n' && utf8.ValidRune(d) && d != utf8.RuneError
}
