package sandbox

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// item is one user of a request. Its slices are parts of the body.
type item struct {
	id         []byte
	rawID      []byte // as in the body, with its quotes
	attributes []byte // compact
	hash       uint64
	outcome    outcome
	has        members
}

type outcome uint8

const (
	valid   outcome = iota // no error yet
	invalid                // its attributes were refused
	existed                // created before
	done                   // created by this call
)

type members uint8

const (
	hasType members = 1 << iota
	hasID
	hasAttributes
	allMembers = hasType | hasID | hasAttributes
)

// compact removes white space. An object with a repeated unknown name cannot be compacted; its user is refused anyway.
func compact(raw []byte) []byte {
	v := jsontext.Value(bytes.Clone(raw))
	if v.Compact() != nil {
		return raw
	}
	return v
}

// unique adds item i to a small hash table and returns false if its id is already there.
func (c *call) unique(i int) bool {
	u := &c.items[i]
	for slot := uint8(u.hash >> 56); ; slot++ {
		other := c.slots[slot]
		if other == 0 {
			c.slots[slot] = uint8(i + 1)
			return true
		}
		if o := &c.items[other-1]; o.hash == u.hash && string(o.id) == string(u.id) {
			return false
		}
	}
}

// pointer is the JSON pointer of something inside item i.
func (c *call) pointer(i int, inside string) string {
	if c.op == Create {
		return "/data/" + strconv.Itoa(i) + inside
	}
	return "/data" + inside
}
