// Package idset remembers ids in little memory, at the price that it may take another id for
// one of them. It stores nothing. Start at New.
package idset

import "hash/maphash"

// Set has every id that was added, and may take others for one of them. With 1 MiB that is one
// in 40 if there are a million, and hardly any if there are 100,000. It is for one goroutine.
type Set struct {
	seed  maphash.Seed
	size  uint64   // of words
	words []uint64 // three bits of one of them for each id; nil while it has none
}

// New returns a set of so many MiB, which it takes with the first id.
func New(size uint64) *Set { return &Set{seed: maphash.MakeSeed(), size: size << 17} }

// Add adds an id.
func (s *Set) Add(id string) {
	if s.None() {
		s.words = make([]uint64, s.size)
	}
	word, bits := s.place(id)
	s.words[word] |= bits
}

// None reports whether the set is empty.
func (s *Set) None() bool { return s.words == nil }

// MayHave reports whether an id may be in the set; false is certain.
func (s *Set) MayHave(id string) bool {
	if s.None() {
		return false
	}
	word, bits := s.place(id)
	return s.words[word]&bits == bits
}

// place returns the bits of an id. They are in one word, because memory is slow.
func (s *Set) place(id string) (word, bits uint64) {
	h := maphash.String(s.seed, id)
	return h % s.size, 1<<(h>>32%64) | 1<<(h>>40%64) | 1<<(h>>48%64)
}
