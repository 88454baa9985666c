package writer

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

type rejectsJSONL struct {
	to      io.Writer
	format  *jsonRejects
	reject  Reject
	options RejectsOptions
	line    []byte
	source  bytes.Buffer
	decoder jsontext.Decoder
	path    []byte // of the key that was read last
}

// Write writes the record of o if it is a reject.
func (w *rejectsJSONL) Write(o *user.Outcome) error {
	if err := check(o); err != nil || !o.Status.Rejected() {
		return err
	}
	w.reject.Settled = o.Settled()
	line := w.format.appendOutcome(w.line[:0], &w.reject)
	line = w.origin(line, o.Record)
	w.line = append(line, "}\n"...)
	_, err := w.to.Write(w.line)
	return err
}

// jsonRejects are the members of rejectColumns, with which an object of rejects begins.
type jsonRejects struct {
	jsonCells
	columns []column[Reject]
	keys    []string
}

func newJSONRejects(files bool) *jsonRejects {
	columns := columnsOfRejects(files)
	return &jsonRejects{columns: columns, keys: keysOf(columns)}
}

func (j *jsonRejects) appendOutcome(b []byte, r *Reject) []byte {
	for i := range j.columns {
		b = j.append(append(b, j.keys[i]...), j.columns[i].of(r))
	}
	return b
}

// rawKey comes before a row that could not be parsed.
const rawKey = `,"` + user.RejectRaw + `":`

// origin appends the input's own members, or _usersync_raw.
func (w *rejectsJSONL) origin(b []byte, r *user.Record) []byte {
	if !r.Origin.Unparsed {
		w.source.Reset()
		w.source.WriteString(r.Origin.Raw)
		row := w.source.Bytes()
		if object, hides := w.search(row); object {
			return w.members(b, row, hides)
		}
	}
	return appendText(append(b, rawKey...), w.options.raw(r))
}

// search reports whether row is a valid object, and whether it, or one inside it, has a key that
// is hidden, alone or with the keys that lead to it.
func (w *rejectsJSONL) search(row jsontext.Value) (object, hides bool) {
	object = row.Kind() == '{'
	if w.options.KeepSecrets || w.options.Hides == nil || !object {
		return object && row.IsValid(), false
	}
	w.decoder.Reset(&w.source)
	w.path = w.path[:0]
	if w.nextHidden(0) {
		return row.IsValid(), true
	}
	_, err := w.decoder.ReadToken()
	return err == io.EOF, false
}

// mostAround is how many objects and arrays a key can be in, and longestPath how long the path to
// it, so that it is looked at: each takes time for all that are around it. No column is deeper.
const (
	mostAround  = 64
	longestPath = 1000
)

func deep(depth, path int) bool { return depth > mostAround || path > longestPath }

// nextHidden reads a value, which is in so many others, up to a key that is hidden. What is not
// valid is hidden, too, and what is too deep.
func (w *rejectsJSONL) nextHidden(depth int) bool {
	kind, outer := w.decoder.PeekKind(), len(w.path)
	if kind != '{' && kind != '[' {
		_, err := w.decoder.ReadValue()
		return err != nil
	}
	if _, err := w.decoder.ReadToken(); err != nil || deep(depth, outer) {
		return true
	}
	for next := w.decoder.PeekKind(); next != '}' && next != ']'; next = w.decoder.PeekKind() {
		if kind == '{' && w.nameHidden(outer) || w.nextHidden(depth+1) {
			return true
		}
	}
	w.path = w.path[:outer]
	_, err := w.decoder.ReadToken()
	return err != nil
}

// nameHidden reads a key after a path of that length.
func (w *rejectsJSONL) nameHidden(path int) bool {
	w.path = w.path[:path]
	if path > 0 {
		w.path = append(w.path, '.')
	}
	name, err := w.decoder.ReadValue()
	from := len(w.path)
	if err == nil {
		w.path, err = jsontext.AppendUnquote(w.path, name)
	}
	return err != nil || w.options.hides(string(w.path)) || from > 0 && w.options.hides(string(w.path[from:]))
}

func (w *rejectsJSONL) members(b, object []byte, hides bool) []byte {
	if hides || w.options.hidesAny() {
		return w.maskedMembers(append(b, ','), object, "", 0)
	}
	object = bytes.TrimSpace(object)
	inner := bytes.TrimSpace(object[1 : len(object)-1])
	if len(inner) == 0 {
		return b
	}
	return appendLine(append(b, ','), inner)
}

// maskedMembers appends the members of a valid object at path, which is in so many others.
func (w *rejectsJSONL) maskedMembers(b, object []byte, path string, depth int) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
		if token.Kind() != '"' {
			continue // a brace: values are read below
		}
		key := token.String() // the token is invalid once the value is read
		value, err := d.ReadValue()
		if err != nil {
			break
		}
		b = append(appendText(b, key), ':')
		b = append(w.maskedValue(b, value, path+key, depth), ',')
	}
	return bytes.TrimSuffix(b, []byte{','})
}

func (w *rejectsJSONL) maskedValue(b []byte, value jsontext.Value, path string, depth int) []byte {
	within := w.options.hidesWithin(path) || w.options.mayHideWithin(path)
	switch {
	case string(value) == "null", string(value) == `""`:
	case within && value.Kind() == '{' && !deep(depth, len(path)) && !w.options.hides(path):
		return append(w.maskedMembers(append(b, '{'), value, path+".", depth+1), '}')
	case w.options.hidesWithin(path), w.options.hides(path), within && deep(depth, len(path)) && (value.Kind() == '{' || value.Kind() == '['):
		return append(b, `"`+user.Mask+`"`...)
	case value.Kind() == '[' && w.options.mayHideWithin(path):
		return w.maskedElements(b, value, path, depth+1)
	}
	return appendLine(b, value)
}

// maskedElements appends the elements of a valid array at path, which are in so many values.
func (w *rejectsJSONL) maskedElements(b []byte, array jsontext.Value, path string, depth int) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(array))
	if _, err := d.ReadToken(); err != nil {
		return appendLine(b, array)
	}
	b = append(b, '[')
	for n := 0; d.PeekKind() != ']'; n++ {
		value, err := d.ReadValue()
		if err != nil {
			break
		}
		if n > 0 {
			b = append(b, ',')
		}
		b = w.maskedValue(b, value, path, depth)
	}
	return append(b, ']')
}

// appendLine appends JSON without its line breaks, which can only be between tokens.
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
