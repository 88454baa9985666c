package change

import "usersync/sync/ledger/internal/database"

// chunk is what a transaction changes at a time. Its memory is used for one chunk after the
// other.
type chunk struct {
	byID    map[string]*Stored
	changed []Stored // in the order of their first use, in which new entries get their rows
	ids     []string // of these
	rows    []*database.Row
}

// newChunk returns a chunk with room for n changes.
func newChunk(n int) *chunk {
	return &chunk{byID: make(map[string]*Stored, n), changed: make([]Stored, 0, n), ids: make([]string, 0, n), rows: make([]*database.Row, 0, n)}
}

func (c *chunk) clear() {
	clear(c.byID)
	c.changed, c.ids, c.rows = c.changed[:0], c.ids[:0], c.rows[:0]
}

// add adds the entry of an id that a new one would have in the feed, unless it is there.
func (c *chunk) add(id string, feed int64) {
	if c.byID[id] != nil {
		return
	}
	c.changed = append(c.changed, Stored{Row: database.Row{ID: id, Feed: feed}}) // does not move: there is room
	c.ids = append(c.ids, id)
	c.byID[id] = &c.changed[len(c.changed)-1]
}
