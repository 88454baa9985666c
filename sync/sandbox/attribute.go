package sandbox

import (
	"net/http"
	"strings"
)

// attribute numbers are the order in which a merged user is written.
type attribute uint8

const (
	enrolledRewards attribute = iota
	zipCode
	email
	hashedEmail
	phoneNumber
	birthYear
	historicalTransactionsSent
	attributes // the number of attributes
)

var attributeNames = [attributes]string{
	"enrolledRewards", "zipCode", "email", "hashedEmail", "phoneNumber", "birthYear", "historicalTransactionsSent",
}

func attributeOf(name []byte) attribute {
	switch string(name) {
	case "enrolledRewards":
		return enrolledRewards
	case "zipCode":
		return zipCode
	case "email":
		return email
	case "hashedEmail":
		return hashedEmail
	case "phoneNumber":
		return phoneNumber
	case "birthYear":
		return birthYear
	case "historicalTransactionsSent":
		return historicalTransactionsSent
	}
	return attributes
}

// itemError is one error about one user of a request.
type itemError struct {
	item   int
	status int
	name   string // the attribute, "" for the user as a whole
	detail string
}

// addError records what is wrong with an attribute of item i.
func (c *call) addError(i int, name, what string) {
	c.items[i].outcome = invalid
	c.errors = append(c.errors, itemError{item: i, status: http.StatusBadRequest, name: name, detail: name + " " + what})
}

// attribute reads one attribute of item i. The reference has seven; others are refused, so that you find a typo in the sandbox. The
// reference states types and one enumeration, but no formats, so formats are not checked.
func (p *parser) attribute(i int, name []byte) (ok bool) {
	a := attributeOf(name)
	if a == attributes {
		p.call.addError(i, string(name), "is not an attribute of a user")
		_, ok = p.skip()
		return ok
	}
	if p.seen&(1<<a) != 0 {
		p.call.addError(i, attributeNames[a], "appears twice")
		_, ok = p.skip()
		return ok
	}
	p.seen |= 1 << a
	return p.value(i, a)
}

func (p *parser) value(i int, a attribute) (ok bool) {
	switch c := p.peek(); {
	case a == enrolledRewards && c == '[':
		return p.rewards(i)
	case a == historicalTransactionsSent && (p.word("true") || p.word("false")):
		return true
	case a != enrolledRewards && a != historicalTransactionsSent && c == '"':
		_, ok = p.str()
		return ok
	}
	p.call.addError(i, attributeNames[a], "must be "+[...]string{"an array", "a string", "a boolean"}[kindOf(a)])
	_, ok = p.skip()
	return ok
}

func kindOf(a attribute) int {
	switch a {
	case enrolledRewards:
		return 0
	case historicalTransactionsSent:
		return 2
	}
	return 1
}

func (p *parser) rewards(i int) bool {
	good := true
	ok := p.array(func(int) bool {
		raw, ok := p.skipFast()
		good = good && ok && raw[0] == '"' && string(unquote(raw)) == "CARDLINKED"
		return ok
	})
	if ok && !good {
		p.call.addError(i, attributeNames[enrolledRewards], "takes only CARDLINKED")
	}
	return ok
}

// skipFast is skip, but cheaper for a string.
func (s *scanner) skipFast() ([]byte, bool) {
	if s.peek() == '"' {
		return s.str()
	}
	return s.skip()
}

// fields are a user's attributes; nil is one that is left out.
type fields [attributes][]byte

// split splits attributes that the parser has accepted.
func split(raw []byte) (f fields) {
	s := scanner{buf: raw}
	s.object(func(name []byte) bool {
		value, ok := s.skipFast()
		if a := attributeOf(name); a < attributes {
			f[a] = value
		}
		return ok
	})
	return f
}

func (f *fields) append(b []byte) []byte {
	b = append(b, '{')
	for a, value := range f {
		if value == nil {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), attributeNames[a]...), '"', ':')
		b = append(b, value...)
	}
	return append(b, '}')
}

// escapePointer turns a name into a token of a JSON pointer (RFC 6901 section 3).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
