// Package idset remembers which ids there may be, in little memory. Start at Set.
package idset

import (
	"hash/maphash"
	"sync/atomic"
)

// Set remembers ids in 1 MiB, however many there are: it has every id that was added, and may
// take others for one of them: about one in 30 if there are a million, fewer than one in 1,000 if
// there are 100,000. It is safe for concurrent use.
type Set struct {
	seed  maphash.Seed
	lines atomic.Pointer[[lines]line] // nil while it has none
}

// line is what the processor reads from memory at once.
type line [8]atomic.Uint64

const lines = 1 << 20 / 64

// New returns a Set that has no ids.
func New() *Set { return &Set{seed: maphash.MakeSeed()} }

// Add adds an id. It is never removed.
func (s *Set) Add(id string) {
	if s.None() {
		s.lines.CompareAndSwap(nil, new([lines]line))
	}
	in, bits := s.place(id)
	for _, n := range bits {
		in[n>>6].Or(1 << (n & 63))
	}
}

// None reports whether no id was added.
func (s *Set) None() bool { return s.lines.Load() == nil }

// MayHave reports whether an id may have been added; false is certain.
func (s *Set) MayHave(id string) bool {
	if s.None() {
		return false
	}
	in, bits := s.place(id)
	for _, n := range bits {
		if in[n>>6].Load()&(1<<(n&63)) == 0 {
			return false
		}
	}
	return true
}

// place returns the three bits of an id, which are in one line. Ids that differ only at their
// end share it, because memory is slow, and such ids often come one after the other.
func (s *Set) place(id string) (in *line, bits [3]uint) {
	most := max(len(id)-1, 0)
	h := maphash.String(s.seed, id[:most])
	in = &s.lines.Load()[h%lines]
	for i := most; i < len(id); i++ {
		h += uint64(id[i]) + 1
	}
	h *= 0x9e3779b97f4a7c15 // spreads what differs little
	return in, [3]uint{uint(h >> 55), uint(h >> 46 & 511), uint(h >> 37 & 511)}
}
