package index

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"usersync/sync/identity"
)

// Builder writes an index. It is for one goroutine, and holds up to 3 MB.
//
// It keeps the first error: after it, Add does nothing and Close returns it.
type Builder struct {
	to      io.Writer
	key     Key
	blocks  []block // written, of the whole index
	begin   int64   // of the block, in the results
	end     int64
	entries []uint64
	// Room for an id, and for sorting and encoding a block.
	id, out []byte
	spread  []uint64
	err     error
}

// NewBuilder returns a Builder that writes to w, one Write for each block.
func NewBuilder(w io.Writer, key Key) *Builder { return &Builder{to: w, key: key} }

// Continue returns a Builder for an index that begins with the blocks of x. The caller has
// cut the file to x.Size, and w writes from there on.
func (x *Index) Continue(w io.Writer) *Builder {
	_, end := x.Covered()
	return &Builder{to: w, key: x.key, blocks: slices.Clone(x.blocks), end: end}
}

// Add adds the row of an id, which is in the bytes from begin up to end of the results. Rows
// are added in order. A row without an id needs no entry, but Add must be called for it.
func (b *Builder) Add(id string, begin, end int64) {
	if b.err != nil {
		return
	}
	if len(b.entries) == blockRows || len(b.entries) > 0 && end-b.begin > maxSpan {
		b.write()
	}
	if len(b.entries) == 0 { // what is between two rows belongs to the second one's block
		b.begin = begin
		if b.end > 0 {
			b.begin = b.end
		}
	}
	var hash uint64
	hash, b.id = b.key.hashOf(id, b.id)
	b.entries = append(b.entries, hash|uint64(begin-b.begin)&(1<<32-1))
	b.end = end
}

// Close writes the last block, which is usually not full, and the list of all blocks. It does
// not close the Writer.
func (b *Builder) Close() error {
	if b.err == nil && len(b.entries) > 0 {
		b.write()
	}
	if b.err == nil && len(b.blocks) > 0 {
		b.put(appendList(b.out[:0], b.blocks))
	}
	return b.err
}

func (b *Builder) write() {
	b.spread = sortEntries(b.entries, b.spread)
	out := append(b.out[:0], make([]byte, headerSize)...)
	for _, e := range b.entries {
		out = binary.LittleEndian.AppendUint64(out, e)
	}
	head := block{rows: len(b.entries), begin: b.begin, end: b.end, sum: checksum(out[headerSize:]), fold: identity.FoldVersion}
	if n := len(b.blocks); n > 0 {
		head.at = b.blocks[n-1].next()
	}
	head.appendTo(out[:0])
	b.put(out)
	b.blocks = append(b.blocks, head)
	b.entries, b.out = b.entries[:0], out
}

func (b *Builder) put(p []byte) {
	if _, err := b.to.Write(p); err != nil {
		b.err = fmt.Errorf("write the index: %w", err)
	}
}

// sortEntries is several times faster than a general sort: hashes are spread evenly, so
// that one pass over their first bits leaves buckets of a few entries. It uses and returns
// room for as many entries.
func sortEntries(entries, room []uint64) []uint64 {
	const bits = 14
	var starts [1<<bits + 1]int32
	for _, e := range entries {
		starts[e>>(64-bits)+1]++
	}
	for i := range 1 << bits {
		starts[i+1] += starts[i]
	}
	spread, next := slices.Grow(room[:0], len(entries))[:len(entries)], starts
	for _, e := range entries {
		at := &next[e>>(64-bits)]
		spread[*at] = e
		*at++
	}
	for i := range 1 << bits {
		slices.Sort(spread[starts[i]:starts[i+1]]) // a few entries: an insertion sort
	}
	copy(entries, spread)
	return spread
}
