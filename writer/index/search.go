package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"usersync/sync/identity"
)

// Index is an index that is searched. It is safe for concurrent use.
type Index struct {
	from   io.ReaderAt
	size   int64
	key    Key
	blocks []block
}

// Open reads where the blocks of an index of the given size are: one small read, or one for
// every 131,072 rows of an index that has no list of them. An index that was cut or damaged
// ends at its last intact block, and so does one that another version of identity.Fold made.
// Results is the size of the results: an index that covers more is not theirs, and ends
// before that.
func Open(r io.ReaderAt, size, results int64, key Key) (*Index, error) {
	x := &Index{from: r, size: size, key: key}
	listed, err := readList(r, size)
	for i := range listed {
		if !x.accept(listed[i], results) {
			break
		}
	}
	for at := int64(0); err == nil && len(listed) == 0 && at+headerSize <= size; at = x.Size() {
		var header [headerSize]byte
		if _, err = r.ReadAt(header[:], at); err != nil {
			err = fmt.Errorf("read the index: %w", err)
			break
		}
		b := block{at: at}
		if !b.parse(header[:]) || !x.accept(b, results) {
			break
		}
	}
	return x, err
}

// accept adds a block, and reports whether it can be the next one.
func (x *Index) accept(b block, results int64) bool {
	_, covered := x.Covered()
	if b.fold != identity.FoldVersion || b.next() > x.size || b.end > results || len(x.blocks) > 0 && b.begin != covered {
		return false
	}
	x.blocks = append(x.blocks, b)
	return true
}

// Covered returns up to which byte of the results, and from which, each row is in the index.
func (x *Index) Covered() (from, to int64) {
	if len(x.blocks) == 0 {
		return 0, 0
	}
	return x.blocks[0].begin, x.blocks[len(x.blocks)-1].end
}

// Size returns how many bytes of the index hold the blocks.
func (x *Index) Size() int64 {
	if len(x.blocks) == 0 {
		return 0
	}
	return x.blocks[len(x.blocks)-1].next()
}

// Check reads all entries, and keeps only the blocks before the first one that is damaged.
// It is for an index that may not have reached the disk as a whole, because its run was
// killed. It reports whether all blocks were intact.
func (x *Index) Check() (intact bool, err error) {
	entries := make([]byte, 0, 8*blockRows)
	for i := range x.blocks {
		b := &x.blocks[i]
		entries = entries[:8*b.rows]
		if _, err := x.from.ReadAt(entries, b.entriesAt()); err != nil {
			return false, fmt.Errorf("read the index: %w", err)
		}
		if checksum(entries) != b.sum {
			x.blocks = x.blocks[:i]
			return false, nil
		}
	}
	return true, nil
}

// Find returns where rows begin in the results that may be those of id or of an id that looks
// like it, in the order of the results. About one row in four thousand million is another's.
func (x *Index) Find(id string) ([]int64, error) {
	hash, _ := x.key.hashOf(id, nil)
	var found []int64
	for i := range x.blocks {
		entries, err := x.entriesOf(&x.blocks[i], hash)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			found = append(found, x.blocks[i].begin+int64(e&(1<<32-1)))
		}
	}
	slices.Sort(found)
	return found, nil
}

// window is how many entries are read at once. Hashes are spread evenly, so that a hash is
// within 724 entries of its expected place in a full block in all but one of 10,000 searches,
// which read on.
const window = 1536

// entriesOf returns the entries of a block with the given hash.
func (x *Index) entriesOf(b *block, hash uint64) (found []uint64, err error) {
	expected, _ := bits.Mul64(hash, uint64(b.rows))
	first := max(0, int(expected)-window/2)
	last := min(b.rows, first+window)
	entries, err := x.read(b, first, last)
	for err == nil && first > 0 && entries[0] >= hash {
		last, first = first, max(0, first-window)
		var before []uint64
		before, err = x.read(b, first, last)
		entries = append(before, entries...)
	}
	last = first + len(entries)
	for err == nil && last < b.rows && entries[len(entries)-1]>>32 <= hash>>32 {
		next := min(b.rows, last+window)
		var after []uint64
		after, err = x.read(b, last, next)
		entries, last = append(entries, after...), next
	}
	if err != nil {
		return nil, err
	}
	from, _ := slices.BinarySearch(entries, hash)
	for to := from; to < len(entries) && entries[to]>>32 == hash>>32; to++ {
		found = append(found, entries[to])
	}
	return found, nil
}

// read reads the entries from first up to last.
func (x *Index) read(b *block, first, last int) ([]uint64, error) {
	raw := make([]byte, 8*(last-first))
	if n, err := x.from.ReadAt(raw, b.entriesAt()+8*int64(first)); n < len(raw) {
		return nil, fmt.Errorf("read the index: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	entries := make([]uint64, last-first)
	for i := range entries {
		entries[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
	return entries, nil
}
