package values

import "usersync/reader/page"

const (
	noArray      = "the JSON object has no array at that place"
	openObject   = "the JSON object around the array is never closed"
	brokenObject = "the JSON object around the array is not valid JSON"
)

// enter consumes an object up to the bracket in front of the array's elements.
func (a *array) enter() error {
	for depth := range a.path {
		if err := a.expect('{', noArray); err != nil {
			return err
		}
		found, err := a.members(a.path[depth], "")
		if err != nil {
			return err
		}
		if !found {
			return a.broken(nil, noArray)
		}
	}
	if c, err := a.skipSpace(); err != nil || c != '[' {
		return a.broken(err, noArray)
	}
	a.start()
	return nil
}

// leave consumes the rest of the objects around the array.
func (a *array) leave() error {
	for depth := len(a.path) - 1; depth >= 0; depth-- {
		in := ""
		if depth > 0 {
			in = a.path[depth-1]
		}
		if _, err := a.members("", in); err != nil {
			return err
		}
	}
	return nil
}

// members consumes the members of an object that is under the key in, up to the value of
// the wanted one, or all and the brace that closes it.
func (a *array) members(wanted, in string) (found bool, err error) {
	for {
		c, err := a.skipSpace()
		if err != nil {
			return false, a.broken(err, openObject)
		}
		switch c {
		case '}':
			a.Drop(1)
			return false, nil
		case ',':
			a.Drop(1)
			continue
		}
		key, err := a.key()
		if err != nil {
			return false, err
		}
		if wanted != "" && key == wanted {
			return true, nil
		}
		if err := a.pass(key, in); err != nil {
			return false, err
		}
	}
}

// pass consumes the value of a key, and notes what it says about pages.
func (a *array) pass(key, in string) error {
	c, err := a.skipSpace()
	if err != nil {
		return a.broken(err, openObject)
	}
	switch c {
	case '{':
		a.Drop(1)
		if !page.IsNext(in) {
			in = key
		}
		_, err := a.members("", in)
		return err
	case '[':
		return a.passArray(key)
	}
	raw, err := a.scalar()
	if err == nil {
		a.page.Note(key, in, raw)
	}
	return err
}

func (a *array) passArray(key string) error {
	a.Drop(1)
	c, err := a.skipSpace()
	if err != nil {
		return a.broken(err, openObject)
	}
	if c == '{' {
		others := a.others
		a.others = append(others[:min(len(others), 9)], a.Offset())
	}
	a.cut = cut{depth: 1}
	var begins []byte
	keep := func() { begins = append(begins, a.Data()[:min(a.cut.pos, max(longestLinks-len(begins), 0))]...) }
	for !a.cut.end(a.Data()) {
		keep()
		a.Drop(a.cut.pos)
		a.cut.pos = 0
		if !a.More() {
			return a.broken(a.Err(), openObject)
		}
	}
	a.cut.pos++
	keep()
	a.page.NoteArray(key, begins)
	a.line += a.cut.lines
	a.Drop(a.cut.pos)
	return nil
}

// longestLinks is how much of an array is searched for links to other pages, in bytes.
const longestLinks = 16 << 10
