package object

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// keep makes a value the cell of that column.
func (p *Parser) keep(column int, value string) {
	if p.filled[column] == p.number {
		p.refuse(&user.InvalidError{Code: "duplicate_key", Column: p.mapper.Name(column), Rule: "appears twice, once with a dot and once nested"})
		return
	}
	p.filled[column] = p.number
	switch value[0] {
	case 'n':
	case '"':
		text := value[1 : len(value)-1]
		if p.rest.escaped {
			text = p.unquoted(value)
		}
		p.Cells[column] = user.TextValue(text)
		if p.rest.escaped && strings.IndexByte(text, 0) >= 0 {
			p.refuse(&user.InvalidError{Code: "nul", Column: p.mapper.Name(column), Rule: "holds a NUL character"})
		}
	case '{', '[':
		if p.rest.spaced {
			value = Compact(value)
		}
		fallthrough
	default:
		p.Cells[column] = user.JSONValue(value)
	}
}

// fit makes room for the cells of all columns, of which a record may add some.
func (p *Parser) fit() {
	for len(p.Cells) < p.mapper.Columns() {
		p.Cells = append(p.Cells, user.Value{})
	}
	for len(p.filled) < p.mapper.Columns() {
		p.filled = append(p.filled, 0)
	}
}

// unquoted returns what a JSON string says.
func (p *Parser) unquoted(quoted string) string {
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1]
	}
	var err error
	p.text, err = jsontext.AppendUnquote(p.text[:0], quoted)
	_ = err // it is valid
	return string(p.text)
}
