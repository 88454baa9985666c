package journal

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	searchSize = 1 << 20
	// holeSize is how many zeros in a row mean a block that never reached the
	// disk; no frame holds that many.
	holeSize = 32
)

// classifyTail distinguishes damage from a tail that a crash cut off, at the byte
// where no intact frame begins. It is damage if an intact frame follows, with one
// exception: a power loss can leave a hole of zeros and, after it, later frames,
// as long as the file had not been synced that far.
func (s *scanner) classifyTail() error {
	bad, hole := s.at, false
	for first := true; ; first = false {
		f, found, err := s.search(s.at + 1)
		if err != nil || !found {
			return err
		}
		if first {
			if hole, err = s.hole(bad, f.At); err != nil {
				return err
			}
		}
		if !hole || f.safe > bad {
			return &DamagedError{At: bad, Why: "the bytes there are not what was written, and intact frames follow"}
		}
		s.at = f.end - 1 // the next frame may begin right after this one
	}
}

// search finds the first intact frame at or after from.
func (s *scanner) search(from int64) (Frame, bool, error) {
	chunk := make([]byte, min(searchSize, max(s.size-from, 0)))
	for ; s.size-from >= headSize; from += int64(len(chunk)) - headSize + 1 {
		chunk = chunk[:min(int64(len(chunk)), s.size-from)]
		if err := s.read(chunk, from); err != nil {
			return Frame{}, false, err
		}
		for i := 0; i+headSize <= len(chunk); i++ {
			if f, whole, err := s.try(chunk[i:i+headSize], from+int64(i)); whole || err != nil {
				return f, whole, err
			}
		}
	}
	return Frame{}, false, nil
}

// try reads a frame at an offset where there may be none.
func (s *scanner) try(head []byte, at int64) (Frame, bool, error) {
	if binary.LittleEndian.Uint32(head) > maxPayload {
		return Frame{}, false, nil
	}
	length, ok := s.length(head, at)
	if !ok {
		return Frame{}, false, nil
	}
	copy(s.head[:], head)
	s.at = at
	return s.frame(length)
}

// hole reports whether a run of zeros lies between two bytes.
func (s *scanner) hole(from, to int64) (bool, error) {
	chunk, zeros := make([]byte, min(searchSize, to-from)), 0
	in := io.NewSectionReader(s.r, from, to-from)
	for {
		n, err := in.Read(chunk)
		for _, c := range chunk[:n] {
			if c != 0 {
				zeros = 0
			} else if zeros++; zeros >= holeSize {
				return true, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}
