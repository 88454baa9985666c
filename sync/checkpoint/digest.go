package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"iter"

	"usersync/sync/journal"
	"usersync/sync/user"
)

// Digest tells whether an input begins with the records that a run has written. It covers
// the records' own bytes and lengths, so it is valid after any record.
type Digest struct {
	hash    hash.Hash
	pending []byte // not hashed yet: many small records are hashed in one go
	bytes   int64
	last    int
}

const mostPending = 8 << 10

// NewDigest returns the digest of no records.
func NewDigest() *Digest { return &Digest{hash: sha256.New()} }

// Add adds the next record. The deletion of a user missing from the input counts as
// written, but is not part of the digest.
func (d *Digest) Add(r *user.Record) {
	d.last = r.Origin.Record
	if r.Origin.Absent {
		return
	}
	d.pending = binary.LittleEndian.AppendUint64(d.pending, uint64(len(r.Origin.Raw)))
	if len(d.pending)+len(r.Origin.Raw) <= mostPending {
		d.pending = append(d.pending, r.Origin.Raw...)
	} else {
		d.flush()
		d.hash.Write([]byte(r.Origin.Raw)) // a hash never fails
	}
	d.bytes += int64(len(r.Origin.Raw))
}

// Last returns the ordinal of the last record that was added; 0 if there is none.
func (d *Digest) Last() int { return d.last }

// SetLast says that the records up to the given one are written, and that those not added
// were deletions.
func (d *Digest) SetLast(record int) { d.last = record }

func (d *Digest) flush() {
	d.hash.Write(d.pending)
	d.pending = d.pending[:0]
}

func (d *Digest) sum() (sum [sha256.Size]byte) {
	d.flush()
	d.hash.Sum(sum[:0])
	return sum
}

// Sum returns the SHA-256 in hex.
func (d *Digest) Sum() string {
	sum := d.sum()
	return hex.EncodeToString(sum[:])
}

// InputChangedError says that the input is not the one that the run began with.
type InputChangedError struct{ Record int }

// Error names the record at the checkpoint.
func (e *InputChangedError) Error() string {
	return fmt.Sprintf("the input has changed since the run began, in record %d or before it", e.Record)
}

// Skip reads the records up to a checkpoint into d, compares them with the checkpoint, and
// returns the rest, which the caller must read or stop. If the records are not those that
// the run began with, the error is an *InputChangedError, joined with any error of
// records. With mayEnd the checkpoint may lie among the deletions after the input, so the
// input may end before it.
func Skip(records iter.Seq2[*user.Record, error], d *Digest, m journal.Checkpoint, mayEnd bool) (rest iter.Seq2[*user.Record, error], stop func(), err error) {
	next, stop := iter.Pull2(records)
	for d.last < m.Record {
		r, err, more := next()
		if err == nil && !more && mayEnd {
			break
		}
		if err != nil || !more {
			stop()
			return nil, nil, errors.Join(err, &InputChangedError{m.Record})
		}
		d.Add(r)
	}
	if d.Sum() != m.InputSHA256 && m.Record > 0 {
		stop()
		return nil, nil, &InputChangedError{m.Record}
	}
	rest = func(yield func(*user.Record, error) bool) {
		for r, err, more := next(); more && yield(r, err); r, err, more = next() {
		}
	}
	return rest, stop, nil
}
