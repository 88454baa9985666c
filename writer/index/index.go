// Package index finds the rows of one user in the results of a run without reading all of
// them. An index holds, for each row, 32 bits of a keyed hash of the user's id and where the
// row begins: 8 bytes a row, sorted within blocks of 131,072 rows.
//
// An index only says where to look. Two ids can have the same 32 bits, so the caller reads
// the row and compares. What the index does not cover, such as the last rows of a run that
// was killed, is still in the results. Ids are folded before they are hashed (identity.Fold),
// so that one search finds an id and those that look like it.
//
// It opens no files. Start at Builder to write an index, and at Index to search one.
package index

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"

	"github.com/dchest/siphash"

	"usersync/sync/identity"
)

// blockRows is how many rows a block has at most: a block is the memory that a Builder
// needs, and the fewer there are, the fewer reads a search costs.
const blockRows = 1 << 17

// maxSpan limits the bytes of results that a block covers: an entry has 32 bits for where
// its row begins in them.
const maxSpan = 1 << 31

// Key keys the hashes. With an index and its key, guesses of ids can be tested against it,
// so the key is kept elsewhere: in the run's journal, which holds the ids anyway.
type Key struct{ k0, k1 uint64 }

// NewKey returns a random key, as text for ParseKey.
func NewKey() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return hex.EncodeToString(b[:])
}

// ParseKey reads the text of a key. It reports false if text is not one.
func ParseKey(text string) (Key, bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 16 {
		return Key{}, false
	}
	return Key{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}, true
}

// hash returns 32 bits in the upper half.
func (k Key) hash(folded []byte) uint64 {
	return siphash.Hash(k.k0, k.k1, folded) &^ (1<<32 - 1)
}

// hashOf returns the hash of an id and of all its look-alikes. room is for the id's bytes,
// and is returned for the next call.
func (k Key) hashOf(id string, room []byte) (hash uint64, _ []byte) {
	room = append(room[:0], identity.Fold(id)...)
	return k.hash(room), room
}
