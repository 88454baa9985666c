package values

import "bytes"

// cut is how far a value was looked at.
type cut struct {
	pos     int
	dropped int64
	lines   int  // newlines in this value so far
	depth   int  // of the brackets that are open
	text    bool // inside a JSON string
	escaped bool
	// element says that a comma in the outermost bracket ends the value, and whole that its
	// own bracket was closed.
	element, whole bool
}

// end scans to the bracket that closes the outermost one, or to what ends an element: the comma
// after it or, where that is missing, the next object. It leaves pos there.
func (s *cut) end(data []byte) (found bool) {
	for ; s.pos < len(data); s.pos++ {
		c := data[s.pos]
		switch {
		case c == '\n':
			s.lines++
		case s.text:
			s.inText(c)
		case c == '"':
			s.text = true
		case c == '{' || c == '[':
			if s.whole && s.depth == 1 && c == '{' {
				return true
			}
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth <= 0 {
				return true
			}
			s.whole = s.element && s.depth == 1
		case c == ',' && s.element && s.depth == 1:
			return true
		}
	}
	return false
}

func (s *cut) inText(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.text = false
	}
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

// reach moves on to the byte that ends a value, and past it if it is within the value.
func (s *cut) reach(data []byte, end byte, within int) (found bool) {
	rest := data[s.pos:]
	n := len(rest)
	if i := bytes.IndexByte(rest, end); i >= 0 {
		n, found = i+within, true
	}
	if end != '\n' {
		s.lines += bytes.Count(rest[:n], newline)
	} else if found {
		s.lines++
	}
	s.pos += n
	return found
}
