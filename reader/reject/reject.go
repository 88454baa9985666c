// Package reject reads the columns that usersync adds in front of those of the input in a
// rejects file: where and why a row was rejected, and the row itself if it could not be split
// into cells.
//
// It parses no rows. Start at Columns.
package reject

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/reader/damage"
	"usersync/reader/dialect"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Columns are usersync's own columns of one row.
type Columns struct {
	Raw user.Value // the row, if it could not be split into cells
	// Count is how many columns they are; they come first.
	Count                      int
	outcome, code, run, record user.Value
}

// Prefixes are how a rejects file begins, as CSV and as JSON Lines. Such a file is
// UTF-8, whatever the charset of the input that it came from, until it is edited.
func Prefixes() []string {
	return []string{user.RejectOutcome, `"` + user.RejectOutcome, `{"` + user.RejectOutcome + `"`}
}

// Begins reports whether a CSV file begins with a column of usersync's own.
func Begins(data []byte) bool {
	return bytes.HasPrefix(data, []byte(user.RejectPrefix)) || bytes.HasPrefix(data, []byte(`"`+user.RejectPrefix))
}

// Delimiter returns the delimiter of a rejects file; 0 for any other. A spreadsheet may
// have saved it with another one than the input's.
func Delimiter(data []byte) rune {
	text, quoted := bytes.CutPrefix(bytes.TrimLeft(data, "\r\n"), []byte{'"'})
	rest, found := bytes.CutPrefix(text, []byte(user.RejectOutcome))
	if quoted {
		rest = bytes.TrimPrefix(rest, []byte{'"'})
	}
	d, _ := utf8.DecodeRune(rest)
	if !found || len(rest) == 0 || !dialect.Valid(d) || d == '_' || unicode.IsLetter(d) {
		return 0
	}
	return d
}

// Dialects are those that a row of the original input may have: that of the settings or of the
// file, unless a spreadsheet changed it. The delimiter of the first is in the row, if any is.
func Dialects(raw []byte, own rune, set frame.Dialect) []frame.Dialect {
	delimiters := append([]string{string(own)}, dialect.Candidates()...)
	if set.Delimiter != "" {
		delimiters = append([]string{set.Delimiter}, delimiters...)
	}
	var all []frame.Dialect
	for _, d := range delimiters {
		all = append(all, frame.Dialect{Delimiter: d, Escape: set.Escape})
	}
	found := slices.DeleteFunc(slices.Clone(all), func(d frame.Dialect) bool { return !bytes.Contains(raw, []byte(d.Delimiter)) })
	if len(found) == 0 {
		return all[:1]
	}
	return found
}

// Find counts the columns that are usersync's own in a header on that line. If they are
// not the first it returns a *frame.Error.
func (c *Columns) Find(header []string, line int) error {
	for i, name := range header {
		if !strings.HasPrefix(user.Trim(name), user.RejectPrefix) {
			continue
		}
		if i != c.Count {
			return &frame.Error{Line: line, Rule: "the columns " + user.RejectPrefix + "* must come before all others", Hint: "move them back to the front"}
		}
		c.Count++
	}
	return nil
}

// Place returns where the cell of a column goes; nil if it is not kept.
func (c *Columns) Place(name string) *user.Value {
	switch user.Trim(name) {
	case user.RejectOutcome:
		return &c.outcome
	case user.RejectCode:
		return &c.code
	case user.RejectRun:
		return &c.run
	case user.RejectRecord:
		return &c.record
	case user.RejectRaw:
		return &c.Raw
	}
	return nil
}

// Reset forgets the cells of the last row.
func (c *Columns) Reset() { *c = Columns{Count: c.Count} }

// Apply sets on the record what the columns say about it.
func (c *Columns) Apply(rec *user.Record) {
	// An unproved absence was no answer about this user: it makes no later one ours.
	rec.MaybeSent = c.outcome.Text == string(user.InDoubt) && c.code.Text != user.CodeUnprovedAbsent
	if c.run.Text == "" {
		return
	}
	record, err := strconv.Atoi(c.record.Text)
	if err != nil {
		record = 0 // it was changed: treat everything known about that run as newer
	}
	rec.Origin.Before = &user.Rejected{Run: strings.Clone(c.run.Text), Record: record, Code: strings.Clone(c.code.Text)}
}

// Code is why the row was rejected.
func (c *Columns) Code() string { return c.code.Text }

// CheckRaw returns why Raw is not the original row; nil if it may be.
func (c *Columns) CheckRaw() *user.InvalidError {
	switch {
	case c.Raw.Text == user.Mask:
		return mapping.Masked(user.RejectRaw, "")
	case c.Raw.Text == user.Erased:
		return &user.InvalidError{Code: "erased", Column: user.RejectRaw, Rule: "holds " + user.Erased + ": the person was erased from this file",
			Hint: "leave the row out"}
	case strings.Contains(c.Raw.Text, damage.Replacement):
		return &user.InvalidError{Code: "replaced", Column: user.RejectRaw, Rule: "holds U+FFFD in place of bytes that could not be read",
			Hint: "take the text from the original file"}
	}
	return nil
}
