package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// ownBeginnings are how a rejects file begins, as CSV and as JSON Lines. It is
// UTF-8, whatever the input's charset was that it came from.
func ownBeginnings() []string { return []string{user.RejectOutcome, `{"` + user.RejectOutcome + `"`} }

// marks are what a rejects file says of a row.
type marks struct{ outcome, code, run, record, raw user.Value }

// find returns how many columns are usersync's.
func (m *marks) find(header []string) (own int, err error) {
	for i, name := range header {
		if !strings.HasPrefix(strings.TrimSpace(name), user.RejectPrefix) {
			continue
		}
		if i != own {
			return 0, &InputError{Rule: "the columns " + user.RejectPrefix + "* must stand before all others", Hint: "put them back where they were"}
		}
		own++
	}
	return own, nil
}

func (m *marks) place(name string) *user.Value {
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

// mark notes on the record what the file says of it.
func (m *marks) mark(rec *user.Record) {
	rec.MaybeSent = m.outcome.Text == string(user.InDoubt)
	if m.run.Text == "" {
		return
	}
	record, err := strconv.Atoi(m.record.Text)
	if err != nil {
		record = 0 // somebody changed it: what is known of any record of that run is later
	}
	rec.Origin.Before = &user.Rejected{Run: strings.Clone(m.run.Text), Record: record, Code: strings.Clone(m.code.Text)}
}

// marked takes usersync's columns off the row. It returns false if what is left
// is unfit.
func (r *csvRows) marked(rec *user.Record) bool {
	r.marks.mark(rec)
	if r.marks.raw.Text == "" {
		rec.Origin.Raw, _ = behindCells(rec.Origin.Raw, r.delimiter, r.own)
		return true
	}
	rec.Origin.Raw = r.chunk.copied([]byte(r.marks.raw.Text))
	unfit := r.again(rec.Origin.Raw)
	if unfit != nil {
		rec.Err, rec.Origin.Unparsed = unfit, true
	}
	return unfit == nil
}

// refuse keeps a row that cannot be taken apart, without usersync's columns
// where it can be told which cells are theirs: they would nest otherwise.
func (r *csvRows) refuse(rec *user.Record, unfit *user.InvalidError) {
	rec.Err, rec.Origin.Unparsed = unfit, true
	if rest, told := behindCells(rec.Origin.Raw, r.delimiter, r.own); told {
		rec.Origin.Raw = rest
	}
}

// again parses a row that did not parse before, and was perhaps mended since. A
// row that was not gets the same error as before.
func (r *csvRows) again(raw []byte) *user.InvalidError {
	if unfit := r.marks.spoilt(r.mapper); unfit != nil {
		return unfit
	}
	f := frame.NewCSV(frame.Over(raw), utf8.AppendRune(nil, r.delimiter))
	row, err := f.Next()
	if err != nil {
		return notOneRow()
	}
	if unfit := r.unfit(&row, r.own); unfit != nil {
		return unfit
	}
	if _, err = f.Next(); err != io.EOF {
		return notOneRow()
	}
	return r.spreadAgain(raw)
}

func (r *csvRows) spreadAgain(raw []byte) *user.InvalidError {
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma, reader.FieldsPerRecord = r.delimiter, len(r.header)-r.own
	cells, err := reader.Read()
	if err != nil {
		return r.ragged(raw, r.own)
	}
	for i, text := range cells {
		r.cells[i] = user.TextValue(text)
	}
	return nil
}

func notOneRow() *user.InvalidError {
	return &user.InvalidError{Code: "unparsed", Column: user.RejectRaw, Rule: "does not hold one row of the columns behind it",
		Hint: "mend it, or write the cells behind it and empty it"}
}

// spoilt returns why _usersync_raw is not the row that was read.
func (m *marks) spoilt(mapper *mapping.Mapper) *user.InvalidError {
	switch {
	case m.raw.Text == user.Mask && len(mapper.SecretColumns()) > 0:
		return mapping.Masked(user.RejectRaw, "")
	case m.raw.Text == user.Erased:
		return &user.InvalidError{Code: "erased", Column: user.RejectRaw, Rule: "holds " + user.Erased + ": the person was erased from this file",
			Hint: "leave the row out"}
	case strings.Contains(m.raw.Text, string(replacement)):
		return &user.InvalidError{Code: "replaced", Column: user.RejectRaw, Rule: "holds U+FFFD, which stands where bytes could not be read",
			Hint: "take the text from the original file"}
	}
	return nil
}

// behindCells returns what follows the first n cells of a row and their
// delimiters, and whether the row has them at all, each well-formed.
func behindCells(row []byte, delimiter rune, n int) (rest []byte, ok bool) {
	for range n {
		at := 0
		if quoted := len(row) > 0 && row[0] == '"'; quoted {
			at = behindQuote(row, 1)
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

// behindQuote returns the place behind the quote that closes a cell.
func behindQuote(row []byte, at int) int {
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
