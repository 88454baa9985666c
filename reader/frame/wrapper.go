package frame

import (
	"bytes"
	"io"
	"slices"
)

// wrapper is what is around an array: objects in objects.
type wrapper struct {
	path     []string // the keys that lead to the array
	elements int      // of all arrays
	others   []int64  // where arrays of objects next to it begin that were passed over; some of them
	page     page
}

// Others is how many more arrays of objects, of which some are known, stand next to the
// array that was read, from that byte of the file on.
func (f *JSON) Others(from int64) int {
	n := 0
	for _, at := range f.inner.others {
		if at >= from {
			n++
		}
	}
	return n
}

// Part returns the key by which an object says that its array is one page of a longer
// list; empty if it does not say so. It is known at the end.
func (f *JSON) Part() string { return f.inner.page.part(f.inner.elements) }

const (
	noArray      = "the JSON object has no array at that place"
	openObject   = "the JSON object around the array is never closed"
	brokenObject = "the JSON object around the array is not valid JSON"
)

// enter consumes an object up to the bracket in front of the array's elements.
func (f *JSON) enter() error {
	for depth := range f.inner.path {
		if err := f.expect('{', noArray); err != nil {
			return err
		}
		found, err := f.members(f.inner.path[depth], "")
		if err != nil {
			return err
		}
		if !found {
			return &Error{Line: f.line, Rule: noArray, Hint: ArrayHint}
		}
	}
	if c, err := f.skipSpace(); err != nil || c != '[' {
		return f.broken(err, noArray)
	}
	f.begin()
	return nil
}

// leave consumes the rest of the objects around the array.
func (f *JSON) leave() error {
	for depth := len(f.inner.path) - 1; depth >= 0; depth-- {
		in := ""
		if depth > 0 {
			in = f.inner.path[depth-1]
		}
		if _, err := f.members("", in); err != nil {
			return err
		}
	}
	return nil
}

// members consumes the members of an object that is under the key in, up to the value of
// the wanted one, or all and the brace that closes it.
func (f *JSON) members(wanted, in string) (found bool, err error) {
	for {
		c, err := f.skipSpace()
		if err != nil {
			return false, f.broken(err, openObject)
		}
		switch c {
		case '}':
			f.drop(1)
			return false, nil
		case ',':
			f.drop(1)
			continue
		}
		key, err := f.key()
		if err != nil {
			return false, err
		}
		if wanted != "" && key == wanted {
			return true, nil
		}
		if err := f.pass(key, in); err != nil {
			return false, err
		}
	}
}

// key consumes a key and the colon after it.
func (f *JSON) key() (string, error) {
	raw, err := f.scalar()
	if err != nil {
		return "", err
	}
	name, ok := unquoted(raw)
	if !ok {
		return "", f.broken(io.EOF, brokenObject)
	}
	return name, f.expect(':', brokenObject)
}

// pass consumes the value of a key, and notes what it says about pages.
func (f *JSON) pass(key, in string) error {
	c, err := f.skipSpace()
	if err != nil {
		return f.broken(err, openObject)
	}
	switch c {
	case '{':
		f.drop(1)
		if !isNext(in) {
			in = key
		}
		_, err := f.members("", in)
		return err
	case '[':
		return f.passArray()
	}
	raw, err := f.scalar()
	if err == nil {
		f.inner.page.note(key, in, raw)
	}
	return err
}

func (f *JSON) passArray() error {
	f.drop(1)
	c, err := f.skipSpace()
	if err != nil {
		return f.broken(err, openObject)
	}
	if c == '{' {
		others := f.inner.others
		f.inner.others = append(others[:min(len(others), 9)], f.offset)
	}
	f.cut = cut{depth: 1}
	var begins []byte
	keep := func() { begins = append(begins, f.Data()[:min(f.cut.pos, max(longestLinks-len(begins), 0))]...) }
	for f.cut.close(f.Data()) < 0 {
		keep()
		f.drop(f.cut.pos)
		f.cut.pos = 0
		if !f.More() {
			return f.broken(f.err, openObject)
		}
	}
	keep()
	f.inner.page.noteLinks(begins)
	f.line += f.cut.lines
	f.drop(f.cut.pos)
	return nil
}

// longestLinks is how much of an array is searched for links to other pages, in bytes.
const longestLinks = 16 << 10

// scalar consumes a text, a number or a word.
func (f *JSON) scalar() ([]byte, error) {
	if _, err := f.skipSpace(); err != nil {
		return nil, f.broken(err, openObject)
	}
	f.cut = cut{}
	for !f.cut.scalar(f.Data()) {
		if f.cut.pos > MaxRecord || !f.More() {
			return nil, f.broken(f.err, openObject)
		}
	}
	raw := slices.Clone(f.Data()[:f.cut.pos])
	if len(raw) == 0 {
		return nil, f.broken(io.EOF, brokenObject)
	}
	f.line += f.cut.lines
	f.drop(f.cut.pos)
	return raw, nil
}

// scalar scans to the end of a text, a number or a word.
func (s *cut) scalar(data []byte) (found bool) {
	for ; s.pos < len(data); s.pos++ {
		c := data[s.pos]
		switch {
		case s.text:
			if s.inText(c); !s.text {
				s.pos++
				return true
			}
			if c == '\n' {
				s.lines++
			}
		case c == '"' && s.pos == 0:
			s.text = true
		case bytes.IndexByte([]byte(",:]}[{\" \t\r\n"), c) >= 0:
			return true
		}
	}
	return false
}

func (f *JSON) expect(want byte, rule string) error {
	if c, err := f.skipSpace(); err != nil || c != want {
		return f.broken(err, rule)
	}
	f.drop(1)
	return nil
}

// broken returns err, or says where the text is not what it must be.
func (f *JSON) broken(err error, rule string) error {
	if err != nil && err != io.EOF {
		return err
	}
	return &Error{Line: f.line, Rule: rule, Hint: ArrayHint}
}
