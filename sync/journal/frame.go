package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// The file is the signature followed by frames. A frame is
//
//	bytes 0-3   length of the payload
//	bytes 4-7   CRC-32C of the payload
//	bytes 8-11  CRC-32C of bytes 0-7, seeded with the frame's offset in the file
//	payload     kind (a byte), distance back to where the file was known to be
//	            synced when the frame was written (varint), the highest record
//	            in the frame (varint), body
//
// all little-endian. The length has its own checksum, so that damage to it does
// not look like the end of the file. The offset is part of that checksum, so that
// a frame is valid at its own offset only.
const (
	signature = "USYNCJ1\n"
	headSize  = 12
	// maxPayload, in bytes, bounds what a reader allocates. The ids of a batch take
	// less.
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
	kindSentHashed // as kindSent, with the hash of each row
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// headSum returns the checksum of a frame's first 8 bytes, at its offset.
func headSum(head []byte, at int64) uint32 {
	return crc32.Update(uint32(at)^uint32(at>>32), castagnoli, head[:8])
}

// begin starts a frame in the buffer. The caller holds j.mu until commit. last is
// the highest record in the frame, 0 if there is none: a reader can skip a frame
// whose records are all covered by a checkpoint.
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

// commit writes the frame with one write(2), unlocks j.mu and, if durable, waits
// for the sync.
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

// sync syncs the file up to end. A caller that waits for another's sync is often
// covered by it, so 16 workers cost little more than one.
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
		return j.fail(fmt.Errorf("sync the journal: %w", err))
	}
	j.mu.Lock()
	j.safe = written
	j.mu.Unlock()
	return nil
}

// writeFact writes a frame whose body is JSON, as such frames are few, and syncs
// it.
func (j *Journal) writeFact(k kind, fact any) error {
	body, err := json.Marshal(fact)
	j.mu.Lock()
	return j.commit(append(j.begin(k, 0), body...), err, true)
}
