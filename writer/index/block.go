package index

import (
	"encoding/binary"
	"hash/crc32"
)

// A block is a header of 40 bytes followed by its entries, all little-endian:
//
//	bytes 0-3    signature
//	bytes 4-7    number of entries
//	bytes 8-15   where the rows of the block begin in the results
//	bytes 16-23  where they end
//	bytes 24-27  CRC-32C of the entries
//	bytes 28-31  identity.FoldVersion
//	bytes 32-35  zero
//	bytes 36-39  CRC-32C of bytes 0-35
//
// An entry has 32 bits of the hash in its upper half, and in its lower half where the row
// begins, from where the block's rows begin. Entries are sorted.
type block struct {
	at         int64 // in the index
	rows       int
	begin, end int64 // in the results
	sum        uint32
	fold       uint32 // identity.FoldVersion
}

const (
	headerSize = 40
	signature  = "uix1"
)

// entriesAt is where the entries begin in the index.
func (b *block) entriesAt() int64 { return b.at + headerSize }

// next is where the block after this one begins in the index.
func (b *block) next() int64 { return b.entriesAt() + 8*int64(b.rows) }

func (b *block) appendTo(to []byte) []byte {
	from := len(to)
	to = append(to, signature...)
	to = binary.LittleEndian.AppendUint32(to, uint32(b.rows))
	to = binary.LittleEndian.AppendUint64(to, uint64(b.begin))
	to = binary.LittleEndian.AppendUint64(to, uint64(b.end))
	to = binary.LittleEndian.AppendUint32(to, b.sum)
	to = binary.LittleEndian.AppendUint32(to, b.fold)
	to = binary.LittleEndian.AppendUint32(to, 0)
	return binary.LittleEndian.AppendUint32(to, checksum(to[from:]))
}

// parse reports whether header is that of a block.
func (b *block) parse(header []byte) bool {
	if string(header[:4]) != signature || binary.LittleEndian.Uint32(header[36:]) != checksum(header[:36]) {
		return false
	}
	b.rows = int(binary.LittleEndian.Uint32(header[4:]))
	b.begin, b.end = int64(binary.LittleEndian.Uint64(header[8:])), int64(binary.LittleEndian.Uint64(header[16:]))
	b.sum, b.fold = binary.LittleEndian.Uint32(header[24:]), binary.LittleEndian.Uint32(header[28:])
	return b.rows > 0 && b.rows <= blockRows && b.begin < b.end
}

var table = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, table) }
