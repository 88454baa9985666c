// Package repeat remembers rows, to tell whether a later row with the same id says
// something different. It keeps a hash of each, and a limited number of rows. Start at New.
package repeat

import (
	"hash/maphash"
	"math/bits"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Window holds the last rows added. It is for one goroutine.
//
// Rows whose ids have the same slot are chained, from the latest to the earliest. A row that
// the window no longer holds ends its chain, so that nothing needs to be removed.
type Window struct {
	seed   maphash.Seed
	rows   []row // in a ring
	latest []int // by slot: which row came last, counted from 1; 0 if there is none
	added  int
}

type row struct {
	id      string
	key     uint64 // the hash of the id
	hash    uint64
	earlier int // the row before it in its chain
}

// New returns a Window of the given number of rows, which is at least 1.
func New(size int) *Window {
	slots := 1 << bits.Len(uint(4*size-1)) // most chains hold one row at most
	return &Window{seed: maphash.MakeSeed(), rows: make([]row, size), latest: make([]int, slots)}
}

// Add adds a row, in place of the oldest if the window is full.
func (w *Window) Add(r *user.Record) {
	key := maphash.String(w.seed, r.User.ID)
	latest := w.slot(key)
	w.rows[w.added%len(w.rows)] = row{r.User.ID, key, w.hash(r), *latest}
	w.added++
	*latest = w.added
}

// Differs reports whether the window holds a row of the same id, and the last of these says
// something different.
func (w *Window) Differs(r *user.Record) bool {
	key := maphash.String(w.seed, r.User.ID)
	for n := *w.slot(key); n > max(0, w.added-len(w.rows)); {
		known := &w.rows[(n-1)%len(w.rows)]
		if known.key == key && known.id == r.User.ID {
			return known.hash != w.hash(r)
		}
		n = known.earlier
	}
	return false
}

func (w *Window) slot(key uint64) *int { return &w.latest[key&uint64(len(w.latest)-1)] }

// hash is that of all the row says. A deletion says nothing about the user's values.
func (w *Window) hash(r *user.Record) uint64 {
	if r.Op == user.Delete {
		r = &user.Record{Op: user.Delete, User: user.User{ID: r.User.ID}}
	}
	var room [512]byte
	b := fingerprint.AppendRow(room[:0], r, true)
	sum := maphash.Bytes(w.seed, b)
	if len(r.User.Secrets) > 0 {
		clear(b)
	}
	return sum
}
