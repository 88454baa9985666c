package writer

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

type rejectsJSONL struct {
	to      io.Writer
	options RejectsOptions
	line    []byte
}

// Write writes the record of o if it is a reject.
func (w *rejectsJSONL) Write(o user.Outcome) error {
	if err := check(&o); err != nil || !o.Status.Rejected() {
		return err
	}
	line := w.verdict(w.line[:0], &o)
	line = w.origin(line, o.Record)
	w.line = append(line, "}\n"...)
	_, err := w.to.Write(w.line)
	return err
}

func (w *rejectsJSONL) verdict(b []byte, o *user.Outcome) []byte {
	b = appendText(b, `{"`+outcomeColumn+`":`, string(o.Status))
	b = appendText(b, `,"`+codeColumn+`":`, o.Code)
	b = appendText(b, `,"`+detailColumn+`":`, o.Detail)
	b = appendText(b, `,"`+runColumn+`":`, w.options.Run)
	b = appendInt(b, `,"`+recordColumn+`":`, o.Record.Origin.Record)
	return appendInt(b, `,"`+lineColumn+`":`, o.Record.Origin.Line)
}

// origin appends the input's own members, or _usersync_raw.
func (w *rejectsJSONL) origin(b []byte, r *user.Record) []byte {
	if raw := jsontext.Value(r.Origin.Raw); !r.Origin.Unparsed && raw.IsValid() && raw.Kind() == '{' {
		return w.members(b, raw)
	}
	return appendText(b, `,"`+rawColumn+`":`, w.options.raw(r))
}

func (w *rejectsJSONL) members(b, object []byte) []byte {
	if w.options.hidesAny() || bytes.Contains(object, []byte(OwnPrefix)) {
		return w.changedMembers(b, object)
	}
	object = bytes.TrimSpace(object)
	inner := bytes.TrimSpace(object[1 : len(object)-1])
	if len(inner) == 0 {
		return b
	}
	return appendLine(append(b, ','), inner)
}

func (w *rejectsJSONL) changedMembers(b, object []byte) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
		if token.Kind() != '"' {
			continue // the braces: values are read below
		}
		key := token.String() // the token is gone when the value is read
		value, err := d.ReadValue()
		if err != nil {
			break
		}
		b = w.member(b, key, value)
	}
	return b
}

func (w *rejectsJSONL) member(b []byte, key string, value []byte) []byte {
	hidden := w.options.hides(key)
	switch {
	case key == rawColumn:
		hidden = w.options.hidesAny()
	case strings.HasPrefix(key, OwnPrefix):
		return b
	}
	b = append(appendText(b, ",", key), ':')
	if hidden && string(value) != `""` && string(value) != "null" {
		return append(b, `"`+Mask+`"`...)
	}
	return appendLine(b, value)
}

// appendLine appends JSON without its line breaks: they can only stand
// between tokens.
func appendLine(b, json []byte) []byte {
	start := len(b)
	b = append(b, json...)
	for i, c := range b[start:] {
		if c == '\n' || c == '\r' {
			b[start+i] = ' '
		}
	}
	return b
}
