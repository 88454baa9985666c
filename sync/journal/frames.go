package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"iter"

	"usersync/sync/user"
)

// Frame is one entry of the journal. It is valid until the iterator yields the
// next.
type Frame struct {
	At   int64 // the offset of its first byte
	end  int64
	safe int64 // the file was synced up to here when the frame was written
	last int   // the highest record in it
	kind kind
	body []byte
}

// End returns the offset after the frame's last byte.
func (f Frame) End() int64 { return f.end }

// Sent returns the records that were about to be sent; none if the frame is of
// another kind. Its error is a *DamagedError.
func (f Frame) Sent() ([]Sent, error) {
	if f.kind != kindSent && f.kind != kindSentHashed {
		return nil, nil
	}
	all, err := decodeSent(f.body, f.kind == kindSentHashed)
	return all, f.damaged(err)
}

// Settled returns outcomes; none if the frame is of another kind. Its error is a
// *DamagedError.
func (f Frame) Settled() ([]user.Settled, error) {
	if f.kind != kindSettled {
		return nil, nil
	}
	all, err := decodeSettled(f.body)
	return all, f.damaged(err)
}

// Checkpoint returns the checkpoint, and whether the frame is one. Its error is a
// *DamagedError.
func (f Frame) Checkpoint() (m Checkpoint, is bool, err error) {
	if f.kind != kindCheckpoint {
		return m, false, nil
	}
	return m, true, f.fact(&m)
}

func (f Frame) fact(to any) error { return f.damaged(json.Unmarshal(f.body, to)) }

func (f Frame) damaged(err error) error {
	if err != nil {
		return &DamagedError{At: f.At, Why: errBody.Error()}
	}
	return nil
}

// DamagedError reports damage that no crash can cause: another program changed the
// file, or the disk is failing.
type DamagedError struct {
	At  int64 // the offset from which the file cannot be trusted
	Why string
}

// Error says at which byte the damage begins, and what is wrong there.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the journal is damaged at byte %d: %s", e.At, e.Why)
}

// Hint says what to do about it.
func (e *DamagedError) Hint() string {
	return "check the disk, and restore the file from a copy if there is one; the records after that byte may have been sent"
}

// Frames iterates over the journal of the given size in r. It ends without an
// error where a crash cut the file off. Damage is a *DamagedError, and always the
// last pair. It holds one frame in memory.
func Frames(r io.ReaderAt, size int64) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		s := &scanner{r: r, size: size}
		begun, err := s.begin()
		for begun && err == nil {
			f, whole, failed := s.next()
			if err = failed; !whole || err != nil {
				break
			}
			if !yield(f, nil) {
				return
			}
		}
		if err == nil && s.at < s.size {
			err = s.classifyTail()
		}
		if err != nil {
			yield(Frame{}, err)
		}
	}
}

// scanner reads frames, the next one at offset at.
type scanner struct {
	r       io.ReaderAt
	size    int64
	at      int64
	head    [headSize]byte
	payload []byte
}

// begin reads the signature. It returns false if the signature was cut off, and an
// error if this is not a journal.
func (s *scanner) begin() (bool, error) {
	first := make([]byte, min(s.size, int64(len(signature))))
	if err := s.read(first, 0); err != nil {
		return false, err
	}
	if string(first) == signature {
		s.at = int64(len(signature))
		return true, nil
	}
	if string(first) == signature[:len(first)] || len(bytes.Trim(first, "\x00")) == 0 {
		return false, nil
	}
	return false, &DamagedError{At: 0, Why: "it does not begin like a journal"}
}

// next reads the frame at s.at. It returns false if there is no intact one.
func (s *scanner) next() (Frame, bool, error) {
	if s.size-s.at < headSize {
		return Frame{}, false, nil
	}
	if err := s.read(s.head[:], s.at); err != nil {
		return Frame{}, false, err
	}
	length, ok := s.length(s.head[:], s.at)
	if !ok {
		return Frame{}, false, nil
	}
	return s.frame(length)
}

// length returns the length of the payload, and whether this is a valid head and
// the file holds the whole payload.
func (s *scanner) length(head []byte, at int64) (int64, bool) {
	length := int64(binary.LittleEndian.Uint32(head))
	ok := length <= maxPayload && length <= s.size-at-headSize &&
		binary.LittleEndian.Uint32(head[8:]) == headSum(head, at)
	return length, ok
}

// frame reads the payload after the head in s.head, and moves past it.
func (s *scanner) frame(length int64) (Frame, bool, error) {
	if int64(cap(s.payload)) < length {
		s.payload = make([]byte, length, length+length/4)
	}
	s.payload = s.payload[:length]
	if err := s.read(s.payload, s.at+headSize); err != nil {
		return Frame{}, false, err
	}
	if binary.LittleEndian.Uint32(s.head[4:]) != crc32.Checksum(s.payload, castagnoli) {
		return Frame{}, false, nil
	}
	c := cursor{rest: s.payload}
	f := Frame{At: s.at, end: s.at + headSize + length, kind: kind(c.byte())}
	f.safe = s.at - int64(c.uint())
	f.last = c.uint()
	f.body = c.rest
	if c.bad {
		return f, false, f.damaged(errBody)
	}
	s.at = f.end
	return f, true, nil
}

func (s *scanner) read(p []byte, at int64) error {
	if n, err := s.r.ReadAt(p, at); n < len(p) {
		return fmt.Errorf("read the journal at byte %d: %w", at+int64(n), err)
	}
	return nil
}
