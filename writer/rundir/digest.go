package rundir

import (
	"fmt"
	"hash"
	"io"
	"os"
)

// SHA256 returns the digest of all that a file made by Dir.File or Dir.Resume holds, in hexadecimal,
// once it is closed; empty before, and for others. It is taken while the file is written: what the
// disk loses or changes later does not match it.
func (f *File) SHA256() string {
	if f.sum == nil || !f.closed {
		return ""
	}
	return fmt.Sprintf("%x", f.sum.Sum(nil))
}

// summed adds to a digest what is written to a file.
type summed struct {
	to  io.Writer
	sum hash.Hash
}

func (s summed) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	s.sum.Write(p[:n]) // never fails
	return n, err
}

// sumUp adds what a resumed file holds.
func (f *File) sumUp(file *os.File, size int64) error {
	_, err := io.Copy(f.sum, io.NewSectionReader(file, 0, size))
	return err
}
