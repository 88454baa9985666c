package parking

import "hash/maphash"

// idSet remembers ids in 1 MiB, however many there are: it has every id that was added, and may
// take others for one of them: one in 20 if there are a million, hardly any if there are
// 100,000.
type idSet struct {
	seed maphash.Seed
	bits []uint64 // two for each id; nil while it has none
}

const bitsOfIDs = 1 << 23

func newIDSet() *idSet { return &idSet{seed: maphash.MakeSeed()} }

func (s *idSet) add(id string) {
	if s.none() {
		s.bits = make([]uint64, bitsOfIDs/64)
	}
	one, other := s.places(id)
	s.bits[one/64] |= 1 << (one % 64)
	s.bits[other/64] |= 1 << (other % 64)
}

func (s *idSet) none() bool { return s.bits == nil }

func (s *idSet) mayHave(id string) bool {
	if s.none() {
		return false
	}
	one, other := s.places(id)
	return s.bits[one/64]&(1<<(one%64)) != 0 && s.bits[other/64]&(1<<(other%64)) != 0
}

func (s *idSet) places(id string) (one, other uint64) {
	h := maphash.String(s.seed, id)
	return h % bitsOfIDs, h >> 32 % bitsOfIDs
}
