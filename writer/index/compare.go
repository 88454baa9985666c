package index

import "slices"

// Comparison compares an index with the results that it should be of. It is for one goroutine,
// and holds up to 2 MB.
type Comparison struct {
	index   *Index
	next    int // the block that is being compared
	entries []uint64
	id      []byte
	wrong   bool
	err     error
}

// Compare returns a Comparison with the index.
func (x *Index) Compare() *Comparison { return &Comparison{index: x} }

// Add adds a row of the results. Rows are added in order, without those that cannot be read.
// A row that the index does not cover has no effect.
func (c *Comparison) Add(id string, begin int64) {
	for c.next < len(c.index.blocks) && begin >= c.index.blocks[c.next].end {
		c.compare()
	}
	if c.next == len(c.index.blocks) || begin < c.index.blocks[c.next].begin {
		return
	}
	var hash uint64
	hash, c.id = c.index.key.hashOf(id, c.id)
	if len(c.entries) <= blockRows { // more is wrong anyway
		c.entries = append(c.entries, hash|uint64(begin-c.index.blocks[c.next].begin)&(1<<32-1))
	}
}

// Wrong reports whether a search would miss rows, or find those of others. Call it after the
// last row.
func (c *Comparison) Wrong() (bool, error) {
	for c.next < len(c.index.blocks) {
		c.compare()
	}
	return c.wrong, c.err
}

func (c *Comparison) compare() {
	b := &c.index.blocks[c.next]
	if c.err == nil && !c.wrong {
		var stored []uint64
		if stored, c.err = c.index.read(b, 0, b.rows); c.err == nil {
			sortEntries(c.entries)
			c.wrong = !slices.Equal(stored, c.entries)
		}
	}
	c.next++
	c.entries = c.entries[:0]
}
