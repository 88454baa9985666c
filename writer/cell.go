package writer

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// QuoteCell returns text as a cell of results holds it, so that a spreadsheet does not take
// it for a formula and every result is one line:
//
//   - text that begins with = + - @ tab or CR gets a ' in front, and so does
//     text that begins with a ', so that the two can be told apart;
//   - text with control characters other than tab, or with bytes that are not
//     UTF-8, becomes a ' and the text as a Go string literal.
//
// UnquoteCell is its exact inverse, for any text.
func QuoteCell(text string) string {
	switch {
	case unprintable(text):
		return "'" + strconv.Quote(text)
	case leads(text):
		return "'" + text
	}
	return text
}

// UnquoteCell returns the text that was passed to QuoteCell.
func UnquoteCell(cell string) string {
	text, quoted := strings.CutPrefix(cell, "'")
	if !quoted || !strings.HasPrefix(text, `"`) {
		return text
	}
	if literal, err := strconv.Unquote(text); err == nil {
		return literal
	}
	return text // not ours: the cell was edited
}

// leads reports whether the first character would make a spreadsheet, or UnquoteCell, take
// the text for another type.
func leads(text string) bool {
	if text == "" {
		return false
	}
	switch text[0] {
	case '=', '+', '-', '@', '\t', '\r', '\'':
		return true
	}
	return false
}

func unprintable(text string) bool {
	ascii := true
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' && c != '\t', c == 0x7f:
			return true
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return !ascii && !utf8.ValidString(text)
}

// row appends cells to a line of CSV.
type row struct{ delimiter rune }

// next appends the delimiter.
func (r row) next(dst []byte) []byte { return utf8.AppendRune(dst, r.delimiter) }

// quoted appends text as quoted by QuoteCell.
func (r row) quoted(dst []byte, text string) []byte {
	if r.plain(text) {
		return append(dst, text...)
	}
	return r.cell(dst, QuoteCell(text))
}

// plain reports whether a cell can hold text unquoted. It may say no when it could.
func (r row) plain(text string) bool {
	if text == "" {
		return true
	}
	if leads(text) || text[0] == ' ' {
		return false
	}
	return printable(text, '"', byte(r.delimiter)) && r.delimiter < utf8.RuneSelf
}

// cell appends text, in double quotes if CSV needs them.
func (r row) cell(dst []byte, text string) []byte {
	if !strings.ContainsRune(text, r.delimiter) && !strings.ContainsAny(text, "\"\r\n") && !strings.HasPrefix(text, " ") {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for before, after, found := strings.Cut(text, `"`); ; before, after, found = strings.Cut(after, `"`) {
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, `""`...)
	}
}
