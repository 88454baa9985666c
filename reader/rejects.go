package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// rejectPrefixes are how a rejects file begins, as CSV and as JSON Lines. Such a file is
// UTF-8, whatever the charset of the input that it came from, until it is edited.
func rejectPrefixes() []string {
	return []string{user.RejectOutcome, `"` + user.RejectOutcome, `{"` + user.RejectOutcome + `"`}
}

// rejectDelimiter returns the delimiter of a rejects file; 0 for any other. A spreadsheet may
// have saved it with another one than the input's.
func rejectDelimiter(data []byte) rune {
	text, quoted := bytes.CutPrefix(bytes.TrimLeft(data, "\r\n"), []byte{'"'})
	rest, found := bytes.CutPrefix(text, []byte(user.RejectOutcome))
	if quoted {
		rest = bytes.TrimPrefix(rest, []byte{'"'})
	}
	d, _ := utf8.DecodeRune(rest)
	if !found || len(rest) == 0 || !validDelimiter(d) || d == '_' || unicode.IsLetter(d) {
		return 0
	}
	return d
}

// delimiters are those that a row of the original input may have: that of the file, unless a
// spreadsheet changed it. The first is in the row, if any is.
func (r *csvRows) delimiters(raw []byte) []rune {
	all := append([]rune{r.delimiter}, slices.DeleteFunc([]rune(",;\t|"), func(d rune) bool { return d == r.delimiter })...)
	found := slices.DeleteFunc(slices.Clone(all), func(d rune) bool { return !bytes.ContainsRune(raw, d) })
	if len(found) == 0 {
		return all[:1]
	}
	return found
}

// rejectColumns are usersync's own columns of a row in a rejects file.
type rejectColumns struct {
	outcome, code, run, record, raw user.Value
	count                           int // how many columns they are; they come first
	// original returns the rows that a reject was made from; nil knows none.
	original func(user.Rejected) [][]byte
}

// find counts the columns that are usersync's own.
func (m *rejectColumns) find(header []string) error {
	for i, name := range header {
		if !strings.HasPrefix(strings.TrimSpace(name), user.RejectPrefix) {
			continue
		}
		if i != m.count {
			return &InputError{Rule: "the columns " + user.RejectPrefix + "* must come before all others", Hint: "move them back to the front"}
		}
		m.count++
	}
	return nil
}

func (m *rejectColumns) place(name string) *user.Value {
	switch strings.TrimSpace(name) {
	case user.RejectOutcome:
		return &m.outcome
	case user.RejectCode:
		return &m.code
	case user.RejectRun:
		return &m.run
	case user.RejectRecord:
		return &m.record
	case user.RejectRaw:
		return &m.raw
	}
	return nil
}

// apply sets on the record what the columns say about it.
func (m *rejectColumns) apply(rec *user.Record) {
	// An unproved absence was no answer about this user: it makes no later one ours.
	rec.MaybeSent = m.outcome.Text == string(user.InDoubt) && m.code.Text != user.CodeUnprovedAbsent
	if m.run.Text == "" {
		return
	}
	record, err := strconv.Atoi(m.record.Text)
	if err != nil {
		record = 0 // it was changed: treat everything known about that run as newer
	}
	rec.Origin.Before = &user.Rejected{Run: strings.Clone(m.run.Text), Record: record, Code: strings.Clone(m.code.Text)}
}

// stripRejectColumns removes usersync's columns from the row. It returns false if the rest
// is malformed.
func (r *csvRows) stripRejectColumns(rec *user.Record) bool {
	r.rejectColumns.apply(rec)
	if r.rejectColumns.raw.Text == "" {
		rec.Origin.Raw, _ = afterCells(rec.Origin.Raw, r.delimiter, r.rejectColumns.count)
		return true
	}
	rec.Origin.Raw = r.chunk.copied([]byte(r.rejectColumns.raw.Text))
	delimiter, invalid := r.reparse(rec.Origin.Raw)
	if invalid != nil {
		rec.Err, rec.Origin.Unparsed = invalid, true
		return false
	}
	if delimiter != r.delimiter {
		rec.Origin.Raw = r.chunk.copied(r.joined())
	}
	return true
}

// refuse keeps a row that cannot be parsed, without usersync's columns if they can be told
// apart: otherwise they would nest.
func (r *csvRows) refuse(rec *user.Record, invalid *user.InvalidError) {
	rec.Err, rec.Origin.Unparsed = invalid, true
	if rest, known := afterCells(rec.Origin.Raw, r.delimiter, r.rejectColumns.count); known {
		rec.Origin.Raw = rest
	}
}

// reparse parses a row that did not parse before, in case it was fixed since, and returns its
// delimiter. If it was not fixed, it gets the same error again.
func (r *csvRows) reparse(raw []byte) (rune, *user.InvalidError) {
	if invalid := r.rejectColumns.checkRaw(); invalid != nil {
		return 0, invalid
	}
	var first *user.InvalidError
	for _, d := range r.delimiters(raw) {
		invalid := r.reparseWith(raw, d)
		if invalid == nil {
			return d, nil
		}
		if first == nil || first.Code != r.rejectColumns.code.Text && invalid.Code == r.rejectColumns.code.Text {
			first = invalid
		}
	}
	return 0, first
}

func (r *csvRows) reparseWith(raw []byte, delimiter rune) *user.InvalidError {
	f := frame.NewCSV(frame.Over(raw), utf8.AppendRune(nil, delimiter))
	row, err := f.Next()
	if err != nil {
		return notOneRow()
	}
	if invalid := r.malformed(&row, r.rejectColumns.count); invalid != nil {
		return invalid
	}
	if _, err = f.Next(); err != io.EOF {
		return notOneRow()
	}
	return r.refill(raw, delimiter)
}

func (r *csvRows) refill(raw []byte, delimiter rune) *user.InvalidError {
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma, reader.FieldsPerRecord = delimiter, len(r.header)-r.rejectColumns.count
	cells, err := reader.Read()
	if err != nil {
		return r.raggedBy(raw, r.rejectColumns.count, delimiter)
	}
	for i, text := range cells {
		r.cells[i] = user.TextValue(text)
	}
	return nil
}

// joined returns the cells as a row of this file.
func (r *csvRows) joined() []byte {
	texts := make([]string, len(r.cells))
	for i, c := range r.cells {
		texts[i] = c.Text
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = r.delimiter
	_ = w.Write(texts) // a buffer takes everything, and the delimiter is valid
	w.Flush()
	return bytes.TrimRight(b.Bytes(), "\n")
}

func notOneRow() *user.InvalidError {
	return &user.InvalidError{Code: "unparsed", Column: user.RejectRaw, Rule: "does not hold one row of the columns after it",
		Hint: "fix it, or fill in the cells after it and empty it"}
}

// checkRaw returns why _usersync_raw is not the original row.
func (m *rejectColumns) checkRaw() *user.InvalidError {
	switch {
	case m.raw.Text == user.Mask:
		return mapping.Masked(user.RejectRaw, "")
	case m.raw.Text == user.Erased:
		return &user.InvalidError{Code: "erased", Column: user.RejectRaw, Rule: "holds " + user.Erased + ": the person was erased from this file",
			Hint: "leave the row out"}
	case strings.Contains(m.raw.Text, string(replacement)):
		return &user.InvalidError{Code: "replaced", Column: user.RejectRaw, Rule: "holds U+FFFD in place of bytes that could not be read",
			Hint: "take the text from the original file"}
	}
	return nil
}

// afterCells returns what follows the first n cells of a row and their delimiters, and
// whether the row has that many, all well-formed.
func afterCells(row []byte, delimiter rune, n int) (rest []byte, ok bool) {
	for range n {
		at := 0
		if quoted := len(row) > 0 && row[0] == '"'; quoted {
			at = afterQuote(row, 1)
		}
		i := bytes.IndexRune(row[at:], delimiter)
		if i < 0 {
			return nil, false
		}
		if at > 0 && i > 0 || at == 0 && bytes.IndexByte(row[:i], '"') >= 0 {
			return row, false
		}
		row = row[at+i+utf8.RuneLen(delimiter):]
	}
	return row, true
}

// afterQuote returns the index after the quote that closes a cell.
func afterQuote(row []byte, at int) int {
	for at < len(row) {
		if row[at] != '"' {
			at++
			continue
		}
		if at+1 == len(row) || row[at+1] != '"' {
			return at + 1
		}
		at += 2
	}
	return at
}
