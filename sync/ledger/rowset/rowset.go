// Package rowset holds sets of the ledger's rows, as one bit per row. Start at Set.
package rowset

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/bits"
)

// Set is a set of rows. It has one bit for each row that the ledger ever assigned: 10
// million users take 1.2 MiB. The zero value is empty. A Set is for one goroutine at a
// time.
type Set struct {
	words []uint64
	count int
}

// Add adds a row, and reports whether it is new. It ignores rows below 1.
func (s *Set) Add(row int64) bool {
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
func (s *Set) Has(row int64) bool {
	word := int(row >> 6)
	return row > 0 && word < len(s.words) && s.words[word]&(1<<(row&63)) != 0
}

// Len returns how many rows were added.
func (s *Set) Len() int { return s.count }

// Max returns the largest row that was added; 0 if there is none.
func (s *Set) Max() int64 {
	for i := len(s.words) - 1; i >= 0; i-- {
		if s.words[i] != 0 {
			return int64(i)<<6 + int64(bits.Len64(s.words[i])) - 1
		}
	}
	return 0
}

// AddAll adds the rows of other.
func (s *Set) AddAll(other *Set) {
	if n := len(other.words) - len(s.words); n > 0 {
		s.words = append(s.words, make([]uint64, n)...)
	}
	for i, word := range other.words {
		s.count += bits.OnesCount64(word &^ s.words[i])
		s.words[i] |= word
	}
}

// Contains reports whether every row of other is in s.
func (s *Set) Contains(other *Set) bool {
	for i, word := range other.words {
		if word != 0 && (i >= len(s.words) || word&^s.words[i] != 0) {
			return false
		}
	}
	return true
}

// Pack encodes the set as text. Long runs of rows compress to almost nothing.
func (s *Set) Pack() (string, error) {
	var b bytes.Buffer
	to, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = binary.Write(to, binary.LittleEndian, s.words)
	}
	if err == nil {
		err = to.Close()
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

// Unpack decodes the output of Pack; it fails for any other text.
func Unpack(text string) (*Set, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, err
	}
	s := &Set{words: make([]uint64, len(all)/8)}
	for i := range s.words {
		s.words[i] = binary.LittleEndian.Uint64(all[8*i:])
		s.count += bits.OnesCount64(s.words[i])
	}
	return s, nil
}
