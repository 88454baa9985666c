package writer

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// jsonCells writes and reads the values of JSON objects. An absent value is null.
type jsonCells struct {
	at      stamp
	written memo
	read    memo // what was read
}

// append appends the value that v points to.
func (j *jsonCells) append(b []byte, v any) []byte {
	switch v := v.(type) {
	case *string:
		return appendText(b, *v)
	case *int:
		return strconv.AppendInt(b, int64(*v), 10)
	case *user.Op:
		return append(append(append(b, '"'), *v...), '"')
	case *user.Status:
		return append(append(append(b, '"'), *v...), '"')
	case *repeated:
		if string(*v) != j.written.text || j.written.cell == nil {
			j.written.text = string(*v)
			j.written.cell = appendText(j.written.cell[:0], j.written.text)
		}
		return append(b, j.written.cell...)
	case *optional:
		if *v == 0 {
			return append(b, "null"...)
		}
		return strconv.AppendInt(b, int64(*v), 10)
	case *time.Duration:
		return strconv.AppendInt(b, v.Milliseconds(), 10)
	case *time.Time:
		if v.IsZero() {
			return append(b, "null"...)
		}
		return append(j.at.append(append(b, '"'), *v), '"')
	}
	panic(fmt.Sprintf("no value of JSON holds a %T", v))
}

// parse sets the value that v points to from the value at the start of text, and returns the
// rest. It is lenient, like csvCells.parse.
func (j *jsonCells) parse(v any, text []byte) (rest []byte, ok bool) {
	end := valueEnd(text)
	value, rest := text[:end], text[end:]
	none := string(value) == "null"
	var err error
	switch v := v.(type) {
	case *string:
		*v, err = unquoted(value)
	case *int:
		*v, err = strconv.Atoi(string(value))
	case *user.Op:
		*v = opOf(bytes.Trim(value, `"`))
	case *user.Status:
		*v = statusOf(bytes.Trim(value, `"`))
	case *repeated:
		if !bytes.Equal(value, j.read.cell) || j.read.cell == nil {
			if j.read.text, err = unquoted(value); err == nil {
				j.read.cell = append(j.read.cell[:0], value...)
			}
		}
		*v = repeated(j.read.text)
	case *optional:
		if !none {
			var n int
			n, err = strconv.Atoi(string(value))
			*v = optional(n)
		}
	case *time.Duration:
		var ms int
		ms, err = strconv.Atoi(string(value))
		*v = time.Duration(ms) * time.Millisecond
	case *time.Time:
		if !none {
			err = v.UnmarshalText(bytes.Trim(value, `"`))
		}
	}
	return rest, err == nil
}

// valueEnd returns the end of the value at the start of text: a string, a number or null.
func valueEnd(text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		if i := bytes.IndexAny(text, ",}"); i >= 0 {
			return i
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// unquoted returns the text of a JSON string.
func unquoted(value []byte) (string, error) {
	if n := len(value); n >= 2 && value[0] == '"' && value[n-1] == '"' {
		if text := string(value[1 : n-1]); simple(text) {
			return text, nil
		}
	}
	text, err := jsontext.AppendUnquote(nil, value)
	return string(text), err
}

// appendText appends text as a JSON string, with U+FFFD for bytes that are not UTF-8, which
// JSON cannot hold.
func appendText(b []byte, text string) []byte {
	if simple(text) {
		return append(append(append(b, '"'), text...), '"')
	}
	b, err := jsontext.AppendQuote(b, text)
	_ = err // it says only that such bytes were replaced
	return b
}

// simple reports whether a JSON string can hold text unescaped. It may say no when it could.
func simple(text string) bool { return printable(text, '"', '\\') }

// keysOf returns what comes before the value of each column: a brace or a comma, the key, and
// a colon.
func keysOf[T any](columns []column[T]) []string {
	var keys []string
	for i, c := range columns {
		before := ","
		if i == 0 {
			before = "{"
		}
		keys = append(keys, before+`"`+c.name+`":`)
	}
	return keys
}

// jsonResults are the lines of results in JSON.
type jsonResults struct {
	cells jsonCells
	keys  []string
}

func newJSONResults() *jsonResults { return &jsonResults{keys: keysOf(resultColumns[:])} }

func (*jsonResults) frame() (header, end string) { return "", "}\n" }

func (j *jsonResults) append(b []byte, s *user.Settled, from, to int) []byte {
	for i := from; i < to; i++ {
		b = j.cells.append(append(b, j.keys[i]...), resultColumns[i].of(s))
	}
	return b
}

func (j *jsonResults) parse(s *user.Settled, line []byte) bool {
	for i := range resultColumns {
		value, ok := bytes.CutPrefix(line, []byte(j.keys[i]))
		if ok {
			line, ok = j.cells.parse(resultColumns[i].of(s), value)
		}
		if !ok {
			return false
		}
	}
	return string(line) == "}"
}
