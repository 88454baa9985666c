package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync/atomic"
)

// raw is the file as on disk, or as it comes from a pipe.
type raw struct {
	r        io.Reader
	bytes    int64     // atomic, for Consumed
	hash     hash.Hash // nil if not wanted
	err      error     // what ended it; a terminal could continue after its end
	*watched           // nil if it is a pipe
}

func newRaw(r io.Reader, hashed bool) *raw {
	if !hashed {
		return &raw{r: r}
	}
	return &raw{r: r, hash: sha256.New()}
}

// Read reads the bytes unchanged, and hashes them if wanted.
func (r *raw) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if r.watched != nil {
		if changed := r.check(); changed != nil { // what was just read may be of another version
			n, err = 0, changed
		}
	}
	r.err = err
	atomic.AddInt64(&r.bytes, int64(n))
	if r.hash != nil {
		if _, failed := r.hash.Write(p[:n]); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// Finish reads the rest of the file, which was not needed, so that Archive and SHA256 cover
// all of it. An error is an *Error.
func (s *Source) Finish() error {
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{s}); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, s.raw); err != nil {
		return s.name.changed(err)
	}
	return nil
}

// Archive returns Gzip or Zstd if the file is such an archive and its own checksum shows that
// nothing is missing; otherwise "". It is known after Finish.
func (s *Source) Archive() string {
	if s.archive == nil || !s.archive.whole() {
		return ""
	}
	return s.archive.kind()
}

// SHA256 returns the hash in hex of the file's raw bytes. It is known after Finish, and empty
// if Options.Hash was not set.
func (s *Source) SHA256() string {
	if s.raw.hash == nil {
		return ""
	}
	return hex.EncodeToString(s.raw.hash.Sum(nil))
}

// Size returns the size of the file on disk, in bytes; 0 if it is not known, as for a pipe, or if
// the file is read as a whole before its first row, as a workbook is.
func (s *Source) Size() int64 {
	if s.raw.watched == nil || s.Workbook() {
		return 0
	}
	return s.raw.was.Size()
}

// Consumed returns how many of these bytes were read so far. It is safe for concurrent use.
func (s *Source) Consumed() int64 { return atomic.LoadInt64(&s.raw.bytes) }
