// Package values cuts a file into JSON values, each complete and with the line that it begins
// on: one per line, the elements of one array, or objects one after the other. The array may
// be inside an object.
//
// It only finds where values end; package object parses them. Start at JSON.
package values

import (
	"bytes"
	"io"

	"usersync/reader/frame"
)

// JSON cuts a file into JSON values. It holds one of them in memory, and skips those longer
// than frame.MaxRecord. It is for one goroutine.
type JSON struct {
	*text
	shape shape
	array *array // nil if there is none
}

// shape is how a file holds its values.
type shape uint8

const (
	lines     shape = iota
	elements        // of an array
	objects         // one after the other, also over several lines
	separated       // each after a record separator, RFC 7464
)

// New returns a JSON that begins at w's position, after the bracket if the file is an
// array. Path holds the keys that lead to an array inside an object; nil: it is not inside
// one. What w holds already decides how the file holds its values. If the file has no value
// New returns io.EOF.
func New(w *frame.Window, path []string) (*JSON, error) {
	f := &JSON{text: &text{Window: *w, line: 1}}
	c, err := f.skipSpace()
	switch {
	case err != nil:
		return f, err
	case path != nil || c == '[':
		f.shape, f.array = elements, &array{text: f.text, path: path}
		f.inArray = true
		return f, f.array.open()
	case c == Separator:
		f.shape = separated
	case c == '{' && manyLines(f.Data()):
		f.shape = objects
	}
	return f, nil
}

// Ahead returns a JSON over the part of the file that is in memory, from here on.
func (f *JSON) Ahead() *JSON {
	t := *f.text
	t.Window = *frame.Over(bytes.Clone(f.Data()))
	ahead := &JSON{text: &t, shape: f.shape}
	if f.array != nil {
		a := *f.array
		a.text, ahead.array = &t, &a
	}
	return ahead
}

// Array reports whether the values are the elements of an array.
func (f *JSON) Array() bool { return f.array != nil }

// Strict reports whether a value that is not JSON leaves open where the next one begins.
func (f *JSON) Strict() bool { return f.shape == elements || f.shape == objects }

// Closed reports whether the array's closing bracket was read, and nothing follows it.
func (f *JSON) Closed() bool { return f.array != nil && f.array.ended }

// Open reports whether the last line has no newline at its end.
func (f *JSON) Open() bool { return f.unended }

// Others is how many more arrays of objects, of which some are known, stand next to the
// array that was read, from that byte of the file on.
func (f *JSON) Others(from int64) int {
	n := 0
	if f.array == nil {
		return n
	}
	for _, at := range f.array.others {
		if at >= from {
			n++
		}
	}
	return n
}

// Part says which key of an object tells that its array is one page of a longer list; empty
// if none does. It is known at the end.
func (f *JSON) Part() string {
	if f.array == nil {
		return ""
	}
	return f.array.page.Part(f.array.total)
}

// Next returns the next value without surrounding white space. It returns io.EOF at the end,
// and a *frame.Error where the rest cannot be cut.
func (f *JSON) Next() (frame.Row, error) {
	switch f.shape {
	case objects:
		return f.object()
	case elements:
		return f.array.next()
	}
	for {
		if data := f.Data(); (len(data) == 0 || data[0] == frame.EndOfFile) && f.EndsHere() {
			return frame.Row{Line: f.line, Offset: f.Offset()}, f.Err()
		}
		row, err := f.cutLine()
		if err != nil || row.Long || len(row.Bytes) > 0 {
			return row, err
		}
	}
}

// cutLine returns a line, or what is up to the next record separator.
func (f *JSON) cutLine() (frame.Row, error) {
	end, within := byte('\n'), 1
	if f.shape == separated {
		end, within = f.skipSeparators(), 0
	}
	row := f.begin(cut{})
	for !f.cut.reach(f.Data(), end, within) {
		f.skip()
		if f.More() {
			continue
		}
		f.cut.pos = min(f.cut.pos, len(f.Data())) // without the end-of-file character
		if f.Err() != io.EOF || f.cut.pos == 0 && f.cut.dropped == 0 {
			return row, f.Err()
		}
		break
	}
	f.take(&row)
	f.unended = (row.Long || len(row.Bytes) > 0) && !bytes.HasSuffix(f.Data()[:f.cut.pos], newline)
	f.Drop(f.cut.pos)
	return row, nil
}
