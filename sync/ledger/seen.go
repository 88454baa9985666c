package ledger

import "math/bits"

// Seen is a set of rows: one bit for each that the ledger ever gave out, so
// that 10 million users take 1.2 MiB. The zero value is empty. It is for one
// goroutine at a time.
type Seen struct {
	words []uint64
	count int
}

// Add adds a row; it reports whether the row is new. Rows below 1 are no rows.
func (s *Seen) Add(row int64) bool {
	if row < 1 {
		return false
	}
	word, bit := int(row>>6), uint64(1)<<(row&63)
	if word >= len(s.words) {
		s.words = append(s.words, make([]uint64, word+1+len(s.words)/4-len(s.words))...)
	}
	if s.words[word]&bit != 0 {
		return false
	}
	s.words[word] |= bit
	s.count++
	return true
}

// Has reports whether the row was added.
func (s *Seen) Has(row int64) bool {
	word := int(row >> 6)
	return row > 0 && word < len(s.words) && s.words[word]&(1<<(row&63)) != 0
}

// Len returns how many rows were added.
func (s *Seen) Len() int { return s.count }

// Max returns the largest row that was added; 0 if there is none.
func (s *Seen) Max() int64 {
	for i := len(s.words) - 1; i >= 0; i-- {
		if s.words[i] != 0 {
			return int64(i)<<6 + int64(bits.Len64(s.words[i])) - 1
		}
	}
	return 0
}
