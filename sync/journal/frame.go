package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// The file is the signature, and then frames end to end. A frame is
//
//	bytes 0-3   length of the payload
//	bytes 4-7   CRC-32C of the payload
//	bytes 8-11  CRC-32C of the bytes before, begun with the frame's place in the file
//	payload     kind (a byte), how far back the file was known to be on the
//	            disk when the frame was written (varint), the highest record
//	            that it speaks of (varint), body
//
// all little-endian. The length has a checksum of its own, so that damage to
// it is not taken for the end of the file; the place is in it, so that a frame
// counts nowhere else.
const (
	signature = "USYNCJ1\n"
	headSize  = 12
	// mostPayload bounds what a reader allocates. The ids of a batch are less:
	// they lie in memory already.
	maxPayload = 64 << 20
)

// kind says what a frame holds.
type kind byte

const (
	kindHeader kind = iota + 1
	kindSent
	kindSettled
	kindCheckpoint
	kindEnd
	kindResumed
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// headSum is the checksum of a frame's first 8 bytes at its place.
func headSum(head []byte, at int64) uint32 {
	return crc32.Update(uint32(at)^uint32(at>>32), castagnoli, head[:8])
}

// begin starts a frame in the buffer. j.mu is held until commit.
// Last is the highest record that the frame speaks of, 0 if it speaks of none:
// who reads need not open a frame whose records all lie before the mark.
func (j *Journal) begin(k kind, last int) []byte {
	b := j.buf[:0]
	if j.at == 0 {
		b = append(b, signature...)
	}
	b = append(b, make([]byte, headSize)...)
	start := j.at + int64(len(b)-headSize)
	b = append(b, byte(k))
	b = binary.AppendUvarint(b, uint64(start-min(j.safe, start)))
	return binary.AppendUvarint(b, uint64(last))
}

// seal fills in the head of the frame that begin started.
func (j *Journal) seal(b []byte) error {
	skip := 0
	if j.at == 0 {
		skip = len(signature)
	}
	head, payload := b[skip:skip+headSize], b[skip+headSize:]
	if len(payload) > maxPayload {
		return errors.New("a frame of more than 64 MiB")
	}
	binary.LittleEndian.PutUint32(head, uint32(len(payload)))
	binary.LittleEndian.PutUint32(head[4:], crc32.Checksum(payload, castagnoli))
	binary.LittleEndian.PutUint32(head[8:], headSum(head, j.at+int64(skip)))
	return nil
}

// commit writes the frame with one write(2), lets go of j.mu and, if durable,
// waits for the disk.
func (j *Journal) commit(frame []byte, err error, durable bool) error {
	j.buf = frame
	end, err := j.write(frame, err)
	j.mu.Unlock()
	if err != nil || !durable {
		return err
	}
	return j.sync(end)
}

func (j *Journal) write(frame []byte, err error) (end int64, _ error) {
	switch {
	case j.err != nil:
		return 0, j.err
	case j.ended:
		return 0, fmt.Errorf("write the journal: %w", ErrEnded)
	}
	if err == nil {
		err = j.seal(frame)
	}
	if err == nil {
		_, err = j.file.Write(frame)
	}
	if err != nil {
		j.err = fmt.Errorf("write the journal: %w", err)
		return 0, j.err
	}
	j.at += int64(len(frame))
	return j.at, nil
}

// sync brings the file to the disk up to end. Who waits while another syncs is
// often served by it: 16 workers then cost little more than one.
func (j *Journal) sync(end int64) error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	written, done, err := j.at, j.safe >= end, j.err
	j.mu.Unlock()
	if done || err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return j.fail(fmt.Errorf("bring the journal to the disk: %w", err))
	}
	j.mu.Lock()
	j.safe = written
	j.mu.Unlock()
	return nil
}

// writeFact writes a frame whose body is JSON, for those are few, and brings
// it to the disk.
func (j *Journal) writeFact(k kind, fact any) error {
	body, err := json.Marshal(fact)
	j.mu.Lock()
	return j.commit(append(j.begin(k, 0), body...), err, true)
}
