package sandbox

import (
	"strconv"
	"unicode/utf8"
)

// batchLimit is the most users that one create takes.
const batchLimit = 100

// problem is why a request is refused as a whole. It never quotes the request.
type problem struct{ detail, pointer string }

type parser struct {
	scanner
	call   *call
	server *Server
	seen   uint8 // attributes of the current item
}

// envelope reads {"data": ...} to the end of the body.
func (p *parser) envelope(data func() bool) {
	found := false
	ok := utf8.Valid(p.buf) && p.object(func(name []byte) bool {
		if string(name) != "data" {
			_, ok := p.skip()
			return ok
		}
		if found {
			return p.fail("data appears twice", "/data")
		}
		found = true
		return data()
	})
	switch {
	case p.call.malformed != nil:
	case !ok || p.peek() != 0 || p.pos < len(p.buf):
		p.fail("The body is not JSON of the expected shape, at byte "+strconv.Itoa(p.pos), "")
	case !found:
		p.fail("data is missing", "")
	}
}

func (p *parser) fail(detail, pointer string) bool {
	if p.call.malformed == nil {
		p.call.malformed = &problem{detail, pointer}
	}
	return false
}

// opens reports whether a value of the right kind comes next. The end of the body passes, because it is handled later.
func (p *parser) opens(c byte) bool {
	next := p.peek()
	return next == c || next == 0
}

func (p *parser) batch() bool {
	if !p.opens('[') {
		return p.fail("data must be an array of users", "/data")
	}
	ok := p.array(func(i int) bool {
		if i == batchLimit {
			return p.fail("More than 100 users in one request", "/data")
		}
		return p.user(i)
	})
	if ok && len(p.call.items) == 0 {
		return p.fail("data is empty", "/data")
	}
	return ok
}

func (p *parser) single() bool {
	if !p.opens('{') {
		return p.fail("data must be one user", "/data")
	}
	if !p.user(0) {
		return false
	}
	if string(p.call.items[0].id) != p.call.key {
		return p.fail("The id in the body is not the id in the path", "/data/id")
	}
	return true
}

// user reads one user. A malformed user fails the whole request; an invalid attribute only that user.
func (p *parser) user(i int) bool {
	p.call.items = append(p.call.items, item{})
	u := &p.call.items[i]
	if !p.opens('{') {
		return p.fail("A user must be an object", p.call.pointer(i, ""))
	}
	if !p.object(func(name []byte) bool { return p.member(i, u, name) }) {
		return false
	}
	if u.has != allMembers {
		return p.fail("A user needs type, id and attributes", p.call.pointer(i, ""))
	}
	if !p.call.unique(i) {
		return p.fail("The same id appears twice in one request", p.call.pointer(i, "/id"))
	}
	return true
}

func (p *parser) member(i int, u *item, name []byte) (ok bool) {
	switch string(name) {
	case "type":
		raw, isString := p.str()
		return p.once(u, hasType) && (isString && string(unquote(raw)) == "user" || p.fail("type must be user", p.call.pointer(i, "/type")))
	case "id":
		u.rawID, ok = p.str()
		if !ok || len(u.rawID) == 2 {
			return p.fail("id must be a string that is not empty", p.call.pointer(i, "/id"))
		}
		u.id = unquote(u.rawID)
		u.hash = p.server.users.hash(u.id)
		return p.once(u, hasID)
	case "attributes":
		return p.once(u, hasAttributes) && p.attributes(i, u)
	}
	_, ok = p.skip()
	return ok
}

func (p *parser) once(u *item, m members) bool {
	if u.has&m != 0 {
		return p.fail("A member of a user appears twice", "")
	}
	u.has |= m
	return true
}

func (p *parser) attributes(i int, u *item) bool {
	if !p.opens('{') {
		return p.fail("attributes must be an object", p.call.pointer(i, "/attributes"))
	}
	start, blanks := p.pos, p.blanks
	p.seen = 0
	if !p.object(func(name []byte) bool { return p.attribute(i, name) }) {
		return false
	}
	if u.attributes = p.buf[start:p.pos]; p.blanks > blanks {
		u.attributes = compact(u.attributes)
	}
	if p.seen&(1<<enrolledRewards) == 0 {
		p.call.addError(i, "enrolledRewards", "is required")
	}
	return true
}
