package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Tally counts and hashes the decompressed bytes of one input or of several in
// a row, before charset decoding. It is used by one goroutine.
type Tally struct {
	hash  hash.Hash
	bytes int64
}

// NewTally returns an empty tally.
func NewTally() *Tally { return &Tally{hash: sha256.New()} }

// Sum returns the SHA-256 in hex and the number of bytes so far.
func (t *Tally) Sum() (sha256hex string, bytes int64) {
	return hex.EncodeToString(t.hash.Sum(nil)), t.bytes
}

// tallied holds what it reads back from the tally until begin.
type tallied struct {
	r     io.Reader
	t     *Tally
	held  []byte
	begun bool
}

// Read holds what it reads until begin, and from then on adds it to the tally.
func (r *tallied) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if !r.begun {
		r.held = append(r.held, p[:n]...)
		return n, err
	}
	if failed := r.t.add(p[:n]); failed != nil {
		return n, failed
	}
	return n, err
}

func (r *tallied) begin() error {
	held := r.held
	r.begun, r.held = true, nil
	return r.t.add(held)
}

func (t *Tally) add(b []byte) error {
	t.bytes += int64(len(b))
	_, err := t.hash.Write(b)
	return err
}
