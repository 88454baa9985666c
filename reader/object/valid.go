package object

// valid is text that is valid JSON, from the next byte on: what says so is jsontext.
type valid struct {
	text string
	at   int
	// About the last value: escaped says that it is a text with escapes, or holds one. An object
	// or array is spaced if it holds white space, and hasObject if it is or holds an object.
	escaped, spaced, hasObject bool
}

// next passes over what is between keys and values, and returns the byte that follows.
func (v *valid) next() byte {
	for {
		switch c := v.text[v.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			v.at++
		default:
			return c
		}
	}
}

// value consumes the value, or the key, that begins here.
func (v *valid) value() string {
	from := v.at
	v.escaped, v.spaced, v.hasObject = false, false, false
	switch v.text[v.at] {
	case '"':
		v.quoted()
	case '{', '[':
		v.nested()
	default:
		v.word()
	}
	return v.text[from:v.at]
}

func (v *valid) quoted() {
	at := v.at + 1
	for v.text[at] != '"' {
		if v.text[at] == '\\' {
			v.escaped = true
			at++
		}
		at++
	}
	v.at = at + 1
}

func (v *valid) nested() {
	for depth := 0; ; {
		switch v.text[v.at] {
		case '"':
			v.quoted()
			continue
		case '{':
			v.hasObject = true
			depth++
		case '[':
			depth++
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n':
			v.spaced = true
		}
		if v.at++; depth == 0 {
			return
		}
	}
}

// word consumes a number, true, false or null.
func (v *valid) word() {
	for ; v.at < len(v.text); v.at++ {
		switch v.text[v.at] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return
		}
	}
}
