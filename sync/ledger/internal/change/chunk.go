package change

import "usersync/sync/ledger/internal/database"

// Chunk is the memory for what Writers change at a time, one after the other. The zero value is
// ready to use.
type Chunk struct {
	byID    map[string]*Stored
	changed []Stored // in the order of their first use, in which new entries get their rows
	ids     []string // of these
	rows    []*database.Row
	prints  []byte // encoded fingerprints
}

// fit makes room for n changes.
func (c *Chunk) fit(n int) {
	if cap(c.changed) < n {
		c.byID, c.changed = make(map[string]*Stored, n), make([]Stored, 0, n)
		c.ids, c.rows = make([]string, 0, n), make([]*database.Row, 0, n)
	}
}

// clear holds on to nothing of the chunk before.
func (c *Chunk) clear() {
	clear(c.byID)
	clear(c.changed)
	clear(c.ids)
	c.changed, c.ids, c.rows, c.prints = c.changed[:0], c.ids[:0], c.rows[:0], c.prints[:0]
}

// add adds the entry of an id that a new one would have in the feed, unless it is there.
func (c *Chunk) add(id string, feed int64) {
	if c.byID[id] != nil {
		return
	}
	c.changed = append(c.changed, Stored{Row: database.Row{ID: id, Feed: feed}}) // does not move: there is room
	c.ids = append(c.ids, id)
	c.byID[id] = &c.changed[len(c.changed)-1]
}
