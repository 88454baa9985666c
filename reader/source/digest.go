package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Digest counts and hashes the decompressed bytes of one input or of several in a row, before
// charset decoding. It is for one goroutine.
type Digest struct {
	hash  hash.Hash
	bytes int64
}

// NewDigest returns an empty digest.
func NewDigest() *Digest { return &Digest{hash: sha256.New()} }

// Sum returns the SHA-256 in hex and the number of bytes so far.
func (t *Digest) Sum() (sha256hex string, bytes int64) {
	return hex.EncodeToString(t.hash.Sum(nil)), t.bytes
}

// digestReader keeps what it reads back from the digest until begin.
type digestReader struct {
	r       io.Reader
	digest  *Digest
	held    []byte
	started bool
}

// Read keeps what it reads until begin, and from then on adds it to the digest.
func (r *digestReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if !r.started {
		r.held = append(r.held, p[:n]...)
		return n, err
	}
	if failed := r.digest.add(p[:n]); failed != nil {
		return n, failed
	}
	return n, err
}

func (r *digestReader) start() error {
	held := r.held
	r.started, r.held = true, nil
	return r.digest.add(held)
}

func (t *Digest) add(b []byte) error {
	t.bytes += int64(len(b))
	_, err := t.hash.Write(b)
	return err
}
