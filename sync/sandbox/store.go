package sandbox

import (
	"encoding/binary"
	"hash/maphash"
	"sync"
)

// shards is a power of two, and many more than there are cores.
const shards = 64

// store keeps users in a few large byte slabs, because ten million of them must fit into memory and the garbage collector should have nothing
// to scan. A deleted user keeps its record, because tests ask how often an id was created.
type store struct {
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu    sync.Mutex
	index map[uint64]place // hash of the id, or the next free number after it if two ids share a hash
	slabs [][]byte
	_     [64]byte // keep neighbours' locks out of this cache line
}

// place is a slab's number in the upper half and an offset in the lower.
type place uint64

func newStore() *store {
	s := &store{seed: maphash.MakeSeed()}
	for i := range s.shards {
		s.shards[i].index = map[uint64]place{}
	}
	return s
}

func (s *store) reset() {
	for i := range s.shards {
		h := &s.shards[i]
		h.mu.Lock()
		h.index, h.slabs = map[uint64]place{}, nil
		h.mu.Unlock()
	}
}

func (s *store) hash(id []byte) uint64 { return maphash.Bytes(s.seed, id) }

func (s *store) shard(hash uint64) *shard { return &s.shards[hash%shards] }

// create stores a new user and returns false if the user exists already.
func (s *store) create(hash uint64, id, attributes []byte) bool {
	h := s.shard(hash)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, key := h.find(hash, id)
	if r == nil {
		h.put(key, id, attributes, 1, 0, 0)
		return true
	}
	if r.held() {
		return false
	}
	r = h.write(r, key, attributes)
	r.add(createdAt)
	r.setHeld(true)
	return true
}

// holds reports whether the user exists now.
func (s *store) holds(hash uint64, id []byte) bool {
	h := s.shard(hash)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, _ := h.find(hash, id)
	return r != nil && r.held()
}

// update replaces a user's attributes by what change returns, under one lock. It returns false if there is no such user; if change fails,
// nothing is written.
func (s *store) update(id []byte, change func(old []byte) ([]byte, error)) (bool, error) {
	hash := s.hash(id)
	h := s.shard(hash)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, key := h.find(hash, id)
	if r == nil || !r.held() {
		return false, nil
	}
	attributes, err := change(r.attributes())
	if err != nil {
		return true, err
	}
	h.write(r, key, attributes).add(updatedAt)
	return true, nil
}

// remove deletes a user but keeps the counts, and appends the user's attributes to dst.
func (s *store) remove(id, dst []byte) ([]byte, bool) {
	hash := s.hash(id)
	h := s.shard(hash)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, _ := h.find(hash, id)
	if r == nil || !r.held() {
		return dst, false
	}
	r.add(deletedAt)
	r.setHeld(false)
	return append(dst, r.attributes()...), true
}

// find returns the record of id, or nil and the key to store it under.
func (h *shard) find(hash uint64, id []byte) (record, uint64) {
	for key := hash; ; key++ {
		at, ok := h.index[key]
		if !ok {
			return nil, key
		}
		if r := h.at(at); string(r.id()) == string(id) {
			return r, key
		}
	}
}

func (h *shard) at(p place) record {
	slab := h.slabs[p>>32]
	r := record(slab[uint32(p):])
	return r[:r.size():r.size()]
}

// write changes the attributes in place if they fit, otherwise it moves the record to the end.
func (h *shard) write(r record, key uint64, attributes []byte) record {
	if headerSize+len(r.id())+len(attributes) <= len(r) {
		r.setAttributes(attributes)
		return r
	}
	moved := h.put(key, r.id(), attributes, r.count(createdAt), r.count(updatedAt), r.count(deletedAt))
	moved.setHeld(r.held())
	r.abandon()
	return moved
}

func (h *shard) put(key uint64, id, attributes []byte, created, updated, deleted uint32) record {
	size := headerSize + len(id) + len(attributes)
	slab := h.room(size)
	offset := len(*slab)
	*slab = (*slab)[:offset+size]
	r := record((*slab)[offset:])
	for i, n := range [...]uint32{created, updated, deleted, uint32(size) | heldFlag, uint32(len(id)), uint32(len(attributes))} {
		binary.LittleEndian.PutUint32(r[4*i:], n)
	}
	copy(r[headerSize:], id)
	copy(r[headerSize+len(id):], attributes)
	h.index[key] = place(len(h.slabs)-1)<<32 | place(offset)
	return r
}

// room returns a slab with space for size bytes. Slabs grow with use, so a small sandbox stays small.
func (h *shard) room(size int) *[]byte {
	if n := len(h.slabs); n == 0 || cap(h.slabs[n-1])-len(h.slabs[n-1]) < size {
		h.slabs = append(h.slabs, make([]byte, 0, max(size, 4<<10<<min(n, 6))))
	}
	return &h.slabs[len(h.slabs)-1]
}
