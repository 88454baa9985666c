package index

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"usersync/sync/identity"
)

// Builder writes an index. It is for one goroutine, and holds up to 1 MB.
//
// It keeps the first error: after it, Add does nothing and Close returns it.
type Builder struct {
	to      io.Writer
	key     Key
	blocks  []block // written, of the whole index
	begin   int64   // of the block, in the results
	end     int64
	entries []uint64
	id, out []byte // for reuse
	err     error
}

// NewBuilder returns a Builder that writes to w.
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
	if n := len(b.entries); n == cap(b.entries) { // append would make room for a quarter more, and leave more garbage
		b.entries = append(make([]uint64, 0, max(2*n, entriesAtOnce)), b.entries...)
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

// entriesAtOnce is how many entries are encoded in memory.
const entriesAtOnce = 4096

func (b *Builder) write() {
	sortEntries(b.entries)
	head := block{rows: len(b.entries), begin: b.begin, end: b.end, fold: identity.FoldVersion}
	for part := range slices.Chunk(b.entries, entriesAtOnce) {
		head.sum = crc32.Update(head.sum, table, b.encode(part))
	}
	if n := len(b.blocks); n > 0 {
		head.at = b.blocks[n-1].next()
	}
	b.put(head.appendTo(b.out[:0]))
	for part := range slices.Chunk(b.entries, entriesAtOnce) {
		b.put(b.encode(part))
	}
	b.blocks = append(b.blocks, head)
	b.entries = b.entries[:0]
}

// encode returns the bytes of entries, valid until it is called again.
func (b *Builder) encode(entries []uint64) []byte {
	b.out = b.out[:0]
	for _, e := range entries {
		b.out = binary.LittleEndian.AppendUint64(b.out, e)
	}
	return b.out
}

func (b *Builder) put(p []byte) {
	if b.err != nil {
		return
	}
	if _, err := b.to.Write(p); err != nil {
		b.err = fmt.Errorf("write the index: %w", err)
	}
}

// sortEntries is several times faster than a general sort: hashes are spread evenly, so
// that swapping entries into buckets by their first bits leaves a few in each.
func sortEntries(entries []uint64) {
	const bits = 14
	var ends, next [1 << bits]int32
	for _, e := range entries {
		ends[e>>(64-bits)]++
	}
	for i := 1; i < len(ends); i++ {
		next[i] = ends[i-1]
		ends[i] += ends[i-1]
	}
	for i := range ends {
		begin := int32(0)
		if i > 0 {
			begin = ends[i-1]
		}
		for next[i] < ends[i] {
			e := entries[next[i]]
			to := &next[e>>(64-bits)]
			entries[next[i]], entries[*to] = entries[*to], e
			*to++
		}
		slices.Sort(entries[begin:ends[i]]) // an insertion sort
	}
}
