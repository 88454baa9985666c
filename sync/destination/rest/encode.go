package rest

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// AppendText appends s as a JSON string, with a fast path for plain ASCII. Bytes
// that are not UTF-8 become U+FFFD; the readers let none through.
func AppendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendQuoted(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendQuoted ignores the error, which only says that U+FFFD was written.
func appendQuoted(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

// AppendTexts appends a JSON array of strings.
func AppendTexts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendText(b, item)
	}
	return append(b, ']')
}

// AppendPlain appends a JSON string whatever the value's kind: to an API, zip codes
// and years may be strings. ok is false if the value cannot be one.
func AppendPlain(b []byte, v user.Value) (longer []byte, ok bool) {
	text, err := v.Plain()
	return AppendText(b, text), err == nil && v.Kind != user.Clear
}

// AppendBool appends true or false; ok is false if the value is neither.
func AppendBool(b []byte, v user.Value) (longer []byte, ok bool) {
	is, err := v.Bool()
	return strconv.AppendBool(b, is), err == nil
}
