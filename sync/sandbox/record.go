package sandbox

import (
	"encoding/binary"
	"iter"
)

// record is one user in a slab: three counters, size and flags, the lengths of id and attributes, then these two.
type record []byte

const (
	createdAt, updatedAt, deletedAt   = 0, 4, 8
	sizeAt, idLengthAt, attributesAt  = 12, 16, 20
	headerSize                        = 24
	heldFlag, abandonedFlag, sizeMask = 1 << 31, 1 << 30, 1<<30 - 1
)

func (r record) count(at int) uint32  { return binary.LittleEndian.Uint32(r[at:]) }
func (r record) set(at int, n uint32) { binary.LittleEndian.PutUint32(r[at:], n) }
func (r record) add(at int)           { r.set(at, r.count(at)+1) }
func (r record) size() int            { return int(r.count(sizeAt) & sizeMask) }
func (r record) held() bool           { return r.count(sizeAt)&heldFlag != 0 }
func (r record) abandon()             { r.set(sizeAt, r.count(sizeAt)|abandonedFlag) }
func (r record) abandoned() bool      { return r.count(sizeAt)&abandonedFlag != 0 }
func (r record) id() []byte           { return r[headerSize : headerSize+r.count(idLengthAt)] }
func (r record) attributes() []byte {
	return r[headerSize+r.count(idLengthAt):][:r.count(attributesAt)]
}
func (r record) setAttributes(with []byte) {
	copy(r[headerSize+r.count(idLengthAt):], with)
	r.set(attributesAt, uint32(len(with)))
}

func (r record) setHeld(held bool) {
	if held {
		r.set(sizeAt, r.count(sizeAt)|heldFlag)
	} else {
		r.set(sizeAt, r.count(sizeAt)&^heldFlag)
	}
}

// UserState is what the server knows of one id.
type UserState struct {
	ID         string
	Held       bool   // exists now
	Created    uint32 // times that a create of this id was applied, answered or not
	Updated    uint32
	Deleted    uint32
	Attributes []byte // compact JSON, the latest; also after a delete
}

func (r record) state() UserState {
	return UserState{
		ID: string(r.id()), Held: r.held(), Attributes: append([]byte(nil), r.attributes()...),
		Created: r.count(createdAt), Updated: r.count(updatedAt), Deleted: r.count(deletedAt),
	}
}

func (s *store) user(id string) (UserState, bool) {
	hash := s.hash([]byte(id))
	h := s.shard(hash)
	h.mu.Lock()
	defer h.mu.Unlock()
	r, _ := h.find(hash, []byte(id))
	if r == nil {
		return UserState{}, false
	}
	return r.state(), true
}

// all yields every id that was ever created. It copies each shard first, so the caller may use the store in the loop.
func (s *store) all() iter.Seq[UserState] {
	return func(yield func(UserState) bool) {
		for i := range s.shards {
			for _, u := range s.shards[i].states() {
				if !yield(u) {
					return
				}
			}
		}
	}
}

func (h *shard) states() []UserState {
	h.mu.Lock()
	defer h.mu.Unlock()
	states := make([]UserState, 0, len(h.index))
	for _, slab := range h.slabs {
		for len(slab) > 0 {
			r := record(slab)
			r, slab = r[:r.size()], slab[r.size():]
			if !r.abandoned() {
				states = append(states, r.state())
			}
		}
	}
	return states
}
