package values

import (
	"io"

	"usersync/reader/frame"
	"usersync/reader/page"
)

// array is the array whose elements are read, and what is around it: objects in objects.
type array struct {
	*text
	path     []string // the keys that lead to the array
	closed   bool     // the array's last element was read
	ended    bool     // the array's closing bracket was read, and nothing follows it
	loose    bool     // a comma between elements is missing, or one follows the last
	elements int      // of this array
	total    int      // elements of all arrays
	arrays   int      // so far
	others   []int64  // where arrays of objects next to it begin that were passed over; some of them
	page     page.Page
}

const neverClosed = "the JSON array is never closed"

// open consumes what is in front of the first element.
func (a *array) open() error {
	if a.path != nil {
		return a.enter()
	}
	a.start()
	return nil
}

// start consumes the bracket in front of an array's elements.
func (a *array) start() {
	a.Drop(1)
	a.elements, a.closed = 0, false
	a.arrays++
}

func (a *array) next() (frame.Row, error) {
	if a.closed {
		if err := a.close(); err != nil {
			return frame.Row{}, err
		}
		return a.next()
	}
	c, err := a.skipSpace()
	if err != nil {
		return frame.Row{}, a.broken(err, neverClosed)
	}
	if c == ']' && a.elements == 0 {
		a.closed = true
		return a.next()
	}
	return a.element()
}

// element returns the next element of the array, which is empty where two commas follow each
// other.
func (a *array) element() (frame.Row, error) {
	row := a.begin(cut{depth: 1, element: true})
	for !a.cut.end(a.Data()) {
		a.skip()
		if a.More() {
			continue
		}
		if a.Err() == io.EOF && a.cut.text { // a quote too many or one too few, or the file is cut off
			return row, &frame.Error{Line: row.Line, Rule: neverClosed + ": the file ends inside a text of the element that begins on this line" + At(row.Offset), Hint: Hint}
		}
		return row, a.broken(a.Err(), neverClosed)
	}
	a.take(&row)
	after := a.Data()[a.cut.pos]
	a.closed = after != ',' && after != '{'
	a.loose = a.loose || after == '{'
	a.Drop(a.cut.pos)
	if len(row.Bytes) == 0 && !row.Long && !a.closed {
		row.Bytes = a.Data()[:1] // the comma
	}
	if a.closed && !row.Long && len(row.Bytes) == 0 { // a comma follows the last element
		a.loose = true
		return a.next()
	}
	a.elements++
	a.total++
	if after == ',' {
		a.Drop(1)
	}
	return row, nil
}

// close consumes the closing bracket and what is around the array. At the end it returns
// io.EOF; nil if another array follows.
func (a *array) close() error {
	if len(a.Data()) == 0 { // called again
		return a.Err()
	}
	if a.Data()[0] != ']' {
		return a.broken(nil, "a bracket of the JSON array does not match")
	}
	a.Drop(1)
	if err := a.leave(); err != nil {
		return err
	}
	c, err := a.skipSpace()
	switch {
	case err != nil:
		a.ended = err == io.EOF && a.arrays == 1 && !a.loose
		return err
	case a.path != nil && c == '{':
		return a.enter()
	case a.path == nil && c == '[':
		a.start()
		return nil
	}
	return a.broken(nil, "more text follows the JSON array")
}
