package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// raw is the file as on disk, or as it comes from a pipe.
type raw struct {
	r        io.Reader
	bytes    int64
	hash     hash.Hash // nil if not wanted
	err      error     // what ended it; a terminal could continue after its end
	*watched           // nil if it is not a regular file
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
	r.bytes, r.err = r.bytes+int64(n), err
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
