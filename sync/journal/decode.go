package journal

import (
	"encoding/binary"
	"errors"
	"time"

	"usersync/sync/user"
)

// errBody says that a frame is intact but cannot be decoded: another program, or
// a later version, wrote it.
var errBody = errors.New("the frame is intact, but its contents do not match this format")

// cursor decodes a body. At the first value that does not fit it sets bad, and
// returns zeros from then on.
type cursor struct {
	rest []byte
	bad  bool
}

func (c *cursor) hash() uint64 {
	if len(c.rest) < 8 {
		c.bad, c.rest = true, nil
		return 0
	}
	n := binary.LittleEndian.Uint64(c.rest)
	c.rest = c.rest[8:]
	return n
}

func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.bad = true
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

func (c *cursor) uint() int {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 || n > 1<<62 {
		c.bad, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return int(n)
}

func (c *cursor) int() int64 {
	n, size := binary.Varint(c.rest)
	if size <= 0 {
		c.bad, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *cursor) string() string {
	n := c.uint()
	if n > len(c.rest) {
		c.bad, c.rest = true, nil
		return ""
	}
	s := string(c.rest[:n])
	c.rest = c.rest[n:]
	return s
}

// record reads the number of a record, stored as its distance from the last one.
func (c *cursor) record(last int) int {
	n := last + int(c.int())
	if n < 1 {
		c.bad, c.rest = true, nil
	}
	return n
}

func (c *cursor) op() user.Op {
	if n := int(c.byte()); n < len(ops) {
		return ops[n]
	}
	c.bad = true
	return ""
}

func (c *cursor) status() user.Status {
	if n := int(c.byte()); n < len(statuses) {
		return statuses[n]
	}
	c.bad = true
	return ""
}

func decodeSent(body []byte, hashed bool) ([]Sent, error) {
	c := cursor{rest: body}
	op, batch := c.op(), c.uint()
	var all []Sent
	for last := 0; len(c.rest) > 0 && !c.bad; {
		last = c.record(last)
		s := Sent{Record: last, ID: c.string(), Op: op, Batch: batch}
		if hashed {
			s.Hash = c.hash()
		}
		all = append(all, s)
	}
	if c.bad {
		return nil, errBody
	}
	return all, nil
}

func decodeSettled(body []byte) ([]user.Settled, error) {
	c := cursor{rest: body}
	var all []user.Settled
	var o user.Settled
	var at int64
	for len(c.rest) > 0 && !c.bad {
		c.outcome(&o, &at)
		all = append(all, o)
	}
	if c.bad {
		return nil, errBody
	}
	return all, nil
}

// outcome reads the next outcome into o, which holds the previous one.
func (c *cursor) outcome(o *user.Settled, at *int64) {
	differs := c.byte()
	o.Record, o.ID = c.record(o.Record), c.string()
	if differs&newStatus != 0 {
		o.Status, o.Action = c.status(), c.op()
		o.HTTP, o.Attempts = c.uint(), c.uint()
	}
	if differs&newTime != 0 {
		*at += c.int()
		o.Took = time.Duration(c.int()) * time.Millisecond
	}
	if o.At = time.UnixMilli(*at).UTC(); differs&noTime != 0 {
		o.At = time.Time{}
	}
	o.Remembered = differs&remembered != 0
	c.texts(o, differs)
	c.bad = c.bad || o.Status == ""
}

func (c *cursor) texts(o *user.Settled, differs byte) {
	if differs&newRequestID != 0 {
		o.RequestID = c.string()
	}
	if differs&newCode != 0 {
		o.Code = c.string()
	}
	if differs&newDetail != 0 {
		o.Detail = c.string()
	}
	if differs&newRemote != 0 {
		o.Remote = c.string()
	}
}
