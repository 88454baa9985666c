package object

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// column is what the parser knows of a key. Keys nearly always come in the same order, so that
// most of them need not be looked for.
type column struct {
	key    string // as JSON
	next   int    // the column whose key came after it last; 0 if that is not known
	filled int    // the record that filled it last
}

// expected returns the place of a key if it is the one that was expected.
func (p *Parser) expected(quoted []byte) (place int, is bool) {
	next := p.columns[p.last].next
	if len(p.prefix) > 0 || string(quoted) != p.columns[next].key {
		return 0, false
	}
	p.last = next
	return next - 1, true
}

// expect notes that the key of that place came next.
func (p *Parser) expect(place int) {
	p.columns[p.last].next = place + 1
	p.last = place + 1
}

// keep reads the value of a key into the cell of that place.
func (p *Parser) keep(place int) (*user.InvalidError, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	p.fit()
	c := &p.columns[place+1]
	if c.filled == p.number && !p.sure {
		return nil, errUnsure
	}
	if c.filled == p.number {
		return &user.InvalidError{Code: "duplicate_key", Column: p.mapper.Name(place), Rule: "appears twice, once with a dot and once nested"}, nil
	}
	c.filled = p.number
	end := int(p.dec.InputOffset())
	text := p.raw[end-len(raw) : end]
	switch raw.Kind() {
	case 'n':
	case '"':
		text, err = p.unquoted(text)
		p.Cells[place] = user.TextValue(text)
		if strings.IndexByte(text, 0) >= 0 {
			return &user.InvalidError{Code: "nul", Column: p.mapper.Name(place), Rule: "holds a NUL character"}, err
		}
	case '{', '[':
		p.others = p.others || strings.IndexByte(text, '{') >= 0
		if strings.ContainsAny(text, " \t\r\n") { // without any it is compact
			compact := jsontext.Value(text)
			err = compact.Compact()
			text = string(compact)
		}
		fallthrough
	default:
		p.Cells[place] = user.JSONValue(text)
	}
	return nil, err
}

// fit makes room for the cells of all columns, of which a record may add some.
func (p *Parser) fit() {
	for len(p.Cells) < p.mapper.Columns() {
		p.Cells = append(p.Cells, user.Value{})
	}
	for n := len(p.columns); n <= p.mapper.Columns(); n++ {
		var key []byte
		if n > 0 {
			key, _ = jsontext.AppendQuote(nil, p.mapper.Name(n-1))
		}
		p.columns = append(p.columns, column{key: string(key)})
	}
}

// unquoted returns what a JSON string says.
func (p *Parser) unquoted(quoted string) (string, error) {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil
	}
	var err error
	p.text, err = jsontext.AppendUnquote(p.text[:0], quoted)
	return string(p.text), err
}
