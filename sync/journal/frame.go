package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime"
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

// sync syncs the file up to end. One caller syncs for all that wait, so 16 workers cost little
// more than one.
func (j *Journal) sync(end int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.syncing != nil && j.safe < end && j.err == nil {
		j.wait(j.syncing)
	}
	if j.safe < end && j.err == nil {
		j.syncAll()
	}
	return j.err
}

// wait returns once a sync has ended. The caller holds j.mu, which others may hold until then.
func (j *Journal) wait(ended <-chan struct{}) {
	j.mu.Unlock()
	defer j.mu.Lock()
	<-ended
}

// syncAll syncs what is written. The caller holds j.mu, which others may hold until that ends.
func (j *Journal) syncAll() {
	ended := make(chan struct{})
	j.syncing = ended
	defer func() {
		j.syncing = nil
		close(ended)
	}()
	end, err := j.syncWritten()
	switch {
	case err == nil:
		j.safe = end
	case j.err == nil:
		j.err = fmt.Errorf("sync the journal: %w", err)
	}
}

// syncWritten returns up to where the file is synced. Those who are about to write something go
// first: another sync costs more.
func (j *Journal) syncWritten() (end int64, err error) {
	j.mu.Unlock()
	defer j.mu.Lock()
	runtime.Gosched()
	end = j.Size()
	return end, j.file.Sync()
}

// writeFact writes a frame whose body is JSON, as such frames are few, and syncs
// it.
func (j *Journal) writeFact(k kind, fact any) error {
	body, err := json.Marshal(fact)
	j.mu.Lock()
	return j.commit(append(j.begin(k, 0), body...), err, true)
}
