// Package repeat remembers rows, to tell whether there was an earlier row with the same id, and
// whether it says something different. It keeps hashes of each, and a limited number of rows.
// Start at New.
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
// the window no longer holds ends its chain, so that nothing needs to be removed. What most
// look-ups read is small, and apart from the rows.
type Window struct {
	seed   maphash.Seed
	ids    maphash.Seed
	hashes func(*user.Record) uint64
	rows   []row    // in a ring
	links  []link   // of each row
	latest []uint32 // by slot: the number of the row that came last
	added  uint32   // rows are numbered from 1 by when they were added; 2^32 is 0 again
}

// row has no text of the id: that would keep in memory the row which it is a part of. With the
// key of its link it has 96 bits of two hashes, so no id is ever taken for another.
type row struct {
	id   uint64 // another hash of the id than that of its slot
	hash uint64
}

type link struct {
	key     uint32 // a part of the hash of the id
	earlier uint32 // the number of the row before it in its chain
}

// New returns a Window of the given number of rows, from 1 to 2^30. hashes returns the Hash
// of a record whose Hash is not set yet; nil if none is ever set.
func New(size int, hashes func(*user.Record) uint64) *Window {
	slots := 1 << bits.Len(uint(2*size-1))
	return &Window{seed: maphash.MakeSeed(), ids: maphash.MakeSeed(), hashes: hashes, rows: make([]row, size), links: make([]link, size), latest: make([]uint32, slots)}
}

// Add adds a row, in place of the oldest if the window is full.
func (w *Window) Add(r *user.Record) { w.add(r.User.ID, w.hash(r)) }

// AddID adds a row of which only the id is known, and whether it deleted the user. No row differs
// from one that did not, unless it is a deletion.
func (w *Window) AddID(id string, deleted bool) {
	hash := uint64(unknown)
	if deleted {
		hash = w.deletion(id)
	}
	w.add(id, hash)
}

// unknown is the hash of a row of which only the id is known.
const unknown = 0

func (w *Window) add(id string, hash uint64) {
	latest, key := w.slot(id)
	w.added++
	place := w.place(w.added)
	w.rows[place], w.links[place] = row{w.id(id), hash}, link{key, *latest}
	*latest = w.added
}

// Last reports whether the window holds a row of an id, and whether the last of these deleted
// the user.
func (w *Window) Last(id string) (deleted, held bool) {
	known := w.find(id)
	return known != nil && known.hash == w.deletion(id), known != nil
}

// Differs reports whether the window holds a row of the same id, and the last of these says
// something different.
func (w *Window) Differs(r *user.Record) bool {
	known := w.find(r.User.ID)
	if known != nil && known.hash == unknown {
		return r.Op == user.Delete
	}
	return known != nil && known.hash != w.hash(r)
}

// find returns the last row of an id; nil if the window holds none.
func (w *Window) find(id string) *row {
	latest, key := w.slot(id)
	since := w.since(*latest)
	for n := *latest; n > 0 && since < len(w.rows); {
		at := &w.links[w.place(n)]
		if known := &w.rows[w.place(n)]; at.key == key && known.id == w.id(id) {
			return known
		}
		if n = at.earlier; w.since(n) <= since {
			return nil // from before the numbers began again
		}
		since = w.since(n)
	}
	return nil
}

func (w *Window) id(id string) uint64 { return maphash.String(w.ids, id) }

// deletion is the hash of a row that deletes a user.
func (w *Window) deletion(id string) uint64 {
	return w.hash(&user.Record{Op: user.Delete, User: user.User{ID: id}})
}

// since is how many rows were added after that of a number.
func (w *Window) since(n uint32) int { return int(w.added - n) }

func (w *Window) place(n uint32) int { return int(n) % len(w.rows) }

func (w *Window) slot(id string) (latest *uint32, key uint32) {
	hash := maphash.String(w.seed, id)
	return &w.latest[hash&uint64(len(w.latest)-1)], uint32(hash >> 32)
}

// hash is that of all the row says. A deletion says nothing about the user's values. The Hash
// of a record may leave out the values of secrets.
func (w *Window) hash(r *user.Record) uint64 {
	switch {
	case r.Op == user.Delete:
		r = &user.Record{Op: user.Delete, User: user.User{ID: r.User.ID}}
	case len(r.User.Secrets) > 0 || w.hashes == nil:
	case r.Hash != 0:
		return r.Hash
	default:
		return w.hashes(r)
	}
	var room [512]byte
	b := fingerprint.AppendRow(room[:0], r, true)
	sum := maphash.Bytes(w.seed, b)
	if len(r.User.Secrets) > 0 {
		clear(b)
	}
	return sum
}
