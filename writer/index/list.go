package index

import (
	"encoding/binary"
	"fmt"
	"io"
)

// After the last block of a finished index there is a list of the headers of all blocks, so
// that a search needs one read to know where they are:
//
//	headers      as in front of each block
//	bytes 0-3    signature
//	bytes 4-7    number of headers
//	bytes 8-11   CRC-32C of the headers
//	bytes 12-15  CRC-32C of bytes 0-11
//
// An index without it, of a run that was killed or of an earlier version, is read header by
// header.
const (
	listSignature = "uixl"
	listTail      = 16
)

// listAtOnce is what is read for the list: 100 blocks, which are 13 million rows.
const listAtOnce = 100*headerSize + listTail

func appendList(to []byte, blocks []block) []byte {
	from := len(to)
	for i := range blocks {
		to = blocks[i].appendTo(to)
	}
	headers := len(to)
	to = append(to, listSignature...)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(blocks)))
	to = binary.LittleEndian.AppendUint32(to, checksum(to[from:headers]))
	return binary.LittleEndian.AppendUint32(to, checksum(to[headers:]))
}

// readList returns all blocks, in order, as the list names them; none if there is no intact
// list.
func readList(r io.ReaderAt, size int64) ([]block, error) {
	last := make([]byte, min(size, listAtOnce))
	if _, err := r.ReadAt(last, size-int64(len(last))); err != nil && len(last) > 0 {
		return nil, fmt.Errorf("read the index: %w", err)
	}
	if len(last) < listTail {
		return nil, nil
	}
	tail := last[len(last)-listTail:]
	if string(tail[:4]) != listSignature || binary.LittleEndian.Uint32(tail[12:]) != checksum(tail[:12]) {
		return nil, nil
	}
	length := int64(binary.LittleEndian.Uint32(tail[4:])) * headerSize
	if length > size-listTail {
		return nil, nil
	}
	headers := last[max(0, int64(len(last))-listTail-length) : len(last)-listTail]
	if int64(len(headers)) < length {
		headers = make([]byte, length)
		if _, err := r.ReadAt(headers, size-listTail-length); err != nil {
			return nil, fmt.Errorf("read the index: %w", err)
		}
	}
	if checksum(headers) != binary.LittleEndian.Uint32(tail[8:]) {
		return nil, nil
	}
	return blocksOf(headers, size-listTail-length), nil
}

// blocksOf returns the blocks with these headers; none if they do not fill the index up to
// end.
func blocksOf(headers []byte, end int64) []block {
	var blocks []block
	at := int64(0)
	for ; len(headers) >= headerSize; headers = headers[headerSize:] {
		b := block{at: at}
		if !b.parse(headers[:headerSize]) {
			return nil
		}
		blocks, at = append(blocks, b), b.next()
	}
	if at != end {
		return nil
	}
	return blocks
}
