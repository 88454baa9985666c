package reader

import (
	"strings"

	"usersync/sync/user"
)

// A chunk lives as long as any of its records, so it is small.
const (
	chunkRecords = 30 // they are 8 KiB
	chunkBytes   = 8 << 10
)

// chunk allocates memory for records, many at a time.
type chunk struct {
	records    []user.Record
	attributes []user.Attribute
	raws       texts
	// ids are apart, because the last ids are remembered for longer than the records.
	ids texts
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

// texts allocates memory for texts.
type texts struct{ strings.Builder }

// copied returns b as a text.
func (t *texts) copied(b []byte) string {
	if len(b) > chunkBytes/8 {
		return string(b)
	}
	if t.Cap()-t.Len() < len(b) {
		t.Reset()
		t.Grow(chunkBytes)
	}
	from := t.Len()
	t.Write(b)
	return t.String()[from:]
}
