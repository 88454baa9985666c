package source

import (
	"bufio"
	"bytes"
	"io"
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// The limits of decompression: a file that grows more than maxRatio times after its first
// graceBytes is treated as a bomb, and a zstd window costs memory.
const (
	maxRatio   = 1000
	graceBytes = 1 << 30
	maxWindow  = 32 << 20
)

func (s *Source) decompress() (io.Reader, error) {
	head, buffered := peeked(s.raw, len(zstdMagic))
	open := opener(head)
	if open == nil {
		return buffered, nil
	}
	a, err := open(buffered)
	if err != nil {
		return nil, s.name.damaged(err)
	}
	s.archive = a
	s.closers = append(s.closers, a.close)
	return &bounded{r: a, packed: s.raw, name: s.name, grace: graceBytes}, nil
}

func opener(head []byte) func(*bufio.Reader) (archive, error) {
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		return openGzip
	case bytes.HasPrefix(head, zstdMagic):
		return openZstd
	}
	return nil
}

// bounded stops a decompression bomb and names the file in archive errors.
type bounded struct {
	r      io.Reader
	packed *raw
	name   name
	bytes  int64
	grace  int64
}

// Read fails if an archive grows more than 1000 times.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.bytes += int64(n)
	if b.bytes > b.grace && b.bytes/maxRatio > b.packed.bytes {
		return 0, &Error{File: string(b.name), Rule: "the archive grows more than 1000 times when decompressed",
			Hint: "if it is meant to, decompress it yourself and give the plain file"}
	}
	if err != nil && err != io.EOF {
		err = b.name.damaged(err)
	}
	return n, err
}
