package writer

import "encoding/binary"

// Words whose bytes are all the same.
const (
	each = 0x0101010101010101
	high = 0x80 * each
)

// printable reports whether text is printable ASCII without the two bytes a and b. It checks
// eight bytes at a time, because every id and request id of a run comes through here.
func printable(text string, a, b byte) bool {
	i := 0
	for wordA, wordB := each*uint64(a), each*uint64(b); i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
		if odd := word | (word - ' '*each) | zero(word^wordA) | zero(word^wordB) | zero(word^0x7f*each); odd&high != 0 {
			return false
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c < ' ' || c >= 0x7f || c == a || c == b {
			return false
		}
	}
	return true
}

// zero sets the high bit of every byte that is 0, and maybe of bytes above it.
func zero(word uint64) uint64 { return (word - each) &^ word }
