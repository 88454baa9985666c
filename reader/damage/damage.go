// Package damage says what is wrong with the text of a row, before anything parses it: it is
// too long, not text, or has quotes from which its cells cannot be told.
//
// It never shows the text. Start at CSV and JSON.
package damage

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"usersync/reader/frame"
	"usersync/sync/user"
)

// CodeInBrokenQuote is the code of several lines that may be one cell.
const CodeInBrokenQuote = "in_broken_quote"

// Replacement is U+FFFD, which stands for bytes that are not valid in the charset of a file.
const Replacement = "\uFFFD"

// JSON returns why the value cannot be parsed; nil if it may be. Charset is what it was
// decoded from; empty if it was UTF-8.
func JSON(row *frame.Row, charset string) *user.InvalidError {
	switch {
	case row.Long:
		return tooLong(row.Length, row.Offset)
	case !utf8.Valid(row.Bytes):
		return &user.InvalidError{Code: "invalid_utf8", Rule: "is not valid UTF-8", Hint: "name the file's --charset, such as windows-1252"}
	case charset != "" && bytes.Contains(row.Bytes, []byte(Replacement)):
		return &user.InvalidError{Code: "invalid_charset", Rule: "holds bytes that are not valid " + charset, Hint: "name the right --charset"}
	}
	return nil
}

// CSV returns why the row cannot be parsed; nil if it may be. Columns are those of its cells.
func CSV(row *frame.Row, charset string, columns []string) *user.InvalidError {
	if !row.Long {
		if at := bytes.IndexByte(row.Bytes, 0); at >= 0 {
			return &user.InvalidError{Code: "nul", Rule: "holds a NUL byte, at byte " + strconv.Itoa(at+1) + " of the row",
				Hint: "if the file is UTF-16, name its --charset: utf-16le or utf-16be; otherwise remove the byte"}
		}
	}
	invalid := JSON(row, charset)
	if invalid == nil && row.BadEscape {
		invalid = &user.InvalidError{Code: "bad_escape", Rule: "has a backslash in front of a letter or digit that needs none", Hint: "double a backslash that is part of the text"}
	}
	if invalid != nil || !row.Malformed {
		return invalid
	}
	if bytes.IndexByte(row.Raw(), '\n') >= 0 {
		return inBrokenQuote(row)
	}
	invalid = &user.InvalidError{Code: "bare_quote", Rule: "has a quote where none is allowed", Hint: "put the cell in quotes and double the quotes inside it"}
	if row.Cell < len(columns) {
		invalid.Column = columns[row.Cell]
	}
	return invalid
}

// inBrokenQuote is the record of all lines that may lie inside a quote that is not
// closed as it should be: none of them can be told from a user.
func inBrokenQuote(row *frame.Row) *user.InvalidError {
	lines := bytes.Count(row.Raw(), []byte{'\n'}) + 1
	return &user.InvalidError{Code: CodeInBrokenQuote, Rule: "is " + strconv.Itoa(lines) + " lines that may lie inside a broken quote, so that they cannot be told apart",
		Hint: "double the quotes inside the quoted cell, or close it"}
}

func tooLong(length, offset int64) *user.InvalidError {
	return &user.InvalidError{Code: "too_long", Rule: "is " + strconv.FormatInt(length, 10) + " bytes long, at byte " +
		strconv.FormatInt(offset, 10) + " of the decoded file; the limit is 1 MiB", Hint: "look for a quote that is closed too late"}
}
