package reader

import "usersync/sync/user"

// A chunk lives as long as any of its records, so it is small.
const (
	chunkRecords = 30 // they are 8 KiB
	chunkBytes   = 8 << 10
)

// chunk allocates memory for records, many at a time.
type chunk struct {
	records    []user.Record
	attributes []user.Attribute
	bytes      []byte
}

func (c *chunk) record() *user.Record {
	if len(c.records) == 0 {
		c.records = make([]user.Record, chunkRecords)
	}
	r := &c.records[0]
	c.records = c.records[1:]
	return r
}

// room returns an empty slice with space for n; keep gives back what is unused.
func (c *chunk) room(n int) []user.Attribute {
	if cap(c.attributes) < n {
		c.attributes = make([]user.Attribute, 0, max(n, chunkRecords*n))
	}
	return c.attributes[:0:n]
}

func (c *chunk) keep(used []user.Attribute) []user.Attribute {
	n := len(used)
	if n > 0 {
		c.attributes = c.attributes[n:cap(c.attributes)][:0]
	}
	return used[:n:n]
}

// copied returns a copy of b.
func (c *chunk) copied(b []byte) []byte {
	if len(b) > chunkBytes/8 {
		return append([]byte(nil), b...)
	}
	if cap(c.bytes)-len(c.bytes) < len(b) {
		c.bytes = make([]byte, 0, chunkBytes)
	}
	from := len(c.bytes)
	c.bytes = append(c.bytes, b...)
	return c.bytes[from:len(c.bytes):len(c.bytes)]
}
