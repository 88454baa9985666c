package parking

import "hash/maphash"

// idSet remembers ids in 1 MiB, however many there are: it has every id that was added, and may
// take others for one of them: one in 20 if there are a million, hardly any if there are
// 100,000.
type idSet struct {
	seed  maphash.Seed
	words []uint64 // two bits of one of them for each id; nil while it has none
}

const wordsOfIDs = 1 << 17

func newIDSet() *idSet { return &idSet{seed: maphash.MakeSeed()} }

func (s *idSet) add(id string) {
	if s.none() {
		s.words = make([]uint64, wordsOfIDs)
	}
	word, bits := s.place(id)
	s.words[word] |= bits
}

func (s *idSet) none() bool { return s.words == nil }

func (s *idSet) mayHave(id string) bool {
	if s.none() {
		return false
	}
	word, bits := s.place(id)
	return s.words[word]&bits == bits
}

// place returns the bits of an id. They are in one word, because memory is slow.
func (s *idSet) place(id string) (word, bits uint64) {
	h := maphash.String(s.seed, id)
	return h % wordsOfIDs, 1<<(h>>32%64) | 1<<(h>>40%64)
}
