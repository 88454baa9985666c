// Package plainjson reads JSON like jsontext, but plain JSON in one pass: that is JSON whose
// texts have no backslash. Everything else, broken JSON above all, jsontext reads from the
// beginning, so that both accept the same and errors are always those of jsontext.
//
// It knows neither files nor APIs, and writes no JSON. Start at Reader.
package plainjson

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Reader reads the tokens and values of a text like a jsontext.Decoder: the names of an object
// count as values, and a name that comes twice in an object is an error. Call Reset first. It is
// for one goroutine.
type Reader struct {
	// Lax accepts text that is not UTF-8. Set it before Reset.
	Lax bool

	text  []byte
	at    int       // after the last token
	open  []bracket // from the outermost
	names []name    // of the open objects

	source bytes.Buffer
	other  *jsontext.Decoder // the text was not plain
	spare  *jsontext.Decoder // other, for the next text
}

// bracket is an object or an array that is open.
type bracket struct {
	end    byte // what closes it
	tokens int  // in it so far, values as a whole
	names  int  // of all brackets around it
}

// name is where a name is in the text, with its quotes.
type name struct{ from, to int }

// Reset begins to read text, which must not change while it is read.
func (r *Reader) Reset(text []byte) {
	r.text, r.at, r.other = text, 0, nil
	r.open, r.names = append(r.open[:0], bracket{}), r.names[:0]
	if !r.Lax && !utf8.Valid(text) {
		r.reread()
	}
}

// PeekKind returns the kind of what comes next; 0 if that is the end or cannot be read.
func (r *Reader) PeekKind() jsontext.Kind {
	if r.other == nil {
		at := r.next()
		if at == len(r.text) {
			return 0
		}
		if at >= 0 && r.text[at] == r.inner().end {
			return jsontext.Kind(r.text[at])
		}
		if at >= 0 {
			return kindOf(r.text[at])
		}
		r.reread()
	}
	return r.other.PeekKind()
}

// kindOf returns the kind of the value that begins with a byte; 0 if none does.
func kindOf(c byte) jsontext.Kind {
	switch c {
	case '"', '{', '[', 't', 'f', 'n':
		return jsontext.Kind(c)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	return 0
}

// ReadToken reads a bracket, or a value that is none and has none.
func (r *Reader) ReadToken() (jsontext.Token, error) {
	if r.other == nil {
		if token, plain, err := r.bracket(); plain {
			return token, err
		}
		r.reread()
	}
	return r.other.ReadToken()
}

// bracket reads a bracket, or the end of the text.
func (r *Reader) bracket() (token jsontext.Token, plain bool, err error) {
	at := r.next()
	if at < 0 || at == len(r.text) {
		return token, at >= 0 && len(r.open) == 1 && r.open[0].tokens == 1, io.EOF
	}
	switch c := r.text[at]; {
	case (c == '{' || c == '[') && len(r.open) > maxDepth:
		return token, false, nil
	case c == '{':
		r.enter('}')
		token = jsontext.BeginObject
	case c == '[':
		r.enter(']')
		token = jsontext.BeginArray
	case c == '}':
		r.leave()
		token = jsontext.EndObject
	case c == ']':
		r.leave()
		token = jsontext.EndArray
	default:
		return token, false, nil
	}
	r.at = at + 1
	return token, true, nil
}

func (r *Reader) enter(end byte) { r.open = append(r.open, bracket{end: end, names: len(r.names)}) }

func (r *Reader) leave() {
	r.names = r.names[:r.inner().names]
	r.open = r.open[:len(r.open)-1]
	r.inner().tokens++
}

func (r *Reader) inner() *bracket { return &r.open[len(r.open)-1] }

// ReadValue reads the next value as a whole, which is valid while the text is.
func (r *Reader) ReadValue() (jsontext.Value, error) {
	if r.other == nil {
		if from, to := r.value(); to > 0 {
			r.at = to
			r.inner().tokens++
			return r.text[from:to:to], nil
		}
		r.reread()
	}
	return r.other.ReadValue()
}

func (r *Reader) value() (from, to int) {
	from = r.next()
	if from < 0 || from == len(r.text) {
		return from, -1
	}
	b := r.inner()
	if to = r.end(from, len(r.open)); to > 0 && b.end == '}' && b.tokens%2 == 0 && !r.isNew(b.names, name{from, to}) {
		return from, -1
	}
	return from, to
}

// InputOffset is where what was read last ends.
func (r *Reader) InputOffset() int64 {
	if r.other == nil {
		return int64(r.at)
	}
	return r.other.InputOffset()
}

// StackPointer is the JSON pointer of what was read last. It is known of an error, and
// otherwise empty.
func (r *Reader) StackPointer() jsontext.Pointer {
	if r.other == nil {
		return ""
	}
	return r.other.StackPointer()
}

// next returns where the next token begins, after the comma or colon that belongs in front of
// it; -1 if what is there is not plain.
func (r *Reader) next() int {
	b := r.inner()
	at := r.blank(r.at)
	switch c := r.byteAt(at); {
	case at == len(r.text) || b.end == 0 && b.tokens > 0:
		if at < len(r.text) || b.end != 0 {
			return -1
		}
		return at
	case b.end != 0 && c == b.end:
		if b.end == '}' && b.tokens%2 == 1 {
			return -1
		}
		return at
	case b.end == 0 || b.tokens == 0:
	case b.end == '}' && b.tokens%2 == 1:
		if c != ':' {
			return -1
		}
		at = r.blank(at + 1)
	case c != ',':
		return -1
	default:
		at = r.blank(at + 1)
	}
	if c := r.byteAt(at); kindOf(c) == 0 || b.end == '}' && b.tokens%2 == 0 && c != '"' {
		return -1
	}
	return at
}

// reread has jsontext read the text from its beginning, up to where we are.
func (r *Reader) reread() {
	r.source = *bytes.NewBuffer(r.text)
	if r.spare == nil {
		r.spare = new(jsontext.Decoder)
	}
	r.other = r.spare
	r.other.Reset(&r.source, jsontext.AllowInvalidUTF8(r.Lax))
	for i, b := range r.open {
		if i > 0 {
			_, _ = r.other.ReadToken() // was plain, and so cannot fail
		}
		for range b.tokens {
			_, _ = r.other.ReadValue()
		}
	}
}
