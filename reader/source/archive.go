package source

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The archives.
const (
	Gzip = "gzip"
	Zstd = "zstd"
)

// archive is a decompressor that knows whether anything can be missing.
type archive interface {
	io.Reader
	close() error
	// kind is Gzip or Zstd.
	kind() string
	// whole reports, once Read has returned io.EOF, that one checksum covers everything.
	whole() bool
}

// members reads the members of a gzip file, RFC 1952 2.2. A file with several is not known to
// be complete: truncated between two of them, it is still a gzip file.
type members struct {
	// blocked says that the member has an extra field. Tools that write those (bgzip)
	// write many members, so a single one is not a complete file.
	blocked bool
	z       *gzip.Reader
	from    *bufio.Reader
	count   int // members read to their end
	ended   bool
}

func openGzip(from *bufio.Reader) (archive, error) {
	z, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &members{z: z, from: from, blocked: len(z.Extra) > 0}, nil
}

// Read continues into the next member.
func (m *members) Read(p []byte) (int, error) {
	for !m.ended {
		n, err := m.z.Read(p)
		if err == io.EOF {
			err = m.next()
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
	return 0, io.EOF
}

// next moves on to the next member; io.EOF if there is none.
func (m *members) next() error {
	m.count++
	if _, err := m.from.Peek(1); err != nil {
		m.ended = err == io.EOF
		return err
	}
	if err := m.z.Reset(m.from); err != nil {
		return err
	}
	m.z.Multistream(false)
	return nil
}

func (m *members) kind() string { return Gzip }

func (m *members) whole() bool { return m.ended && m.count == 1 && !m.blocked }

// close drops the error that Read has already returned, so it is not reported twice.
func (m *members) close() error { _ = m.z.Close(); return nil }

// frames reads the frames of a zstd file, and tracks where the first ends.
type frames struct {
	z     *zstd.Decoder
	first frame
	ended bool
}

func openZstd(from *bufio.Reader) (archive, error) {
	f := &frames{}
	head, _ := from.Peek(zstd.HeaderMaxSize) // an error here comes again in the decoder
	f.first.begin(head)
	z, err := zstd.NewReader(io.TeeReader(from, &f.first), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
	f.z = z
	return f, err
}

// Read reads the content of the frames.
func (f *frames) Read(p []byte) (int, error) {
	n, err := f.z.Read(p)
	f.ended = err == io.EOF
	return n, err
}

func (f *frames) kind() string { return Zstd }

func (f *frames) whole() bool { return f.ended && f.first.alone() }

func (f *frames) close() error { f.z.Close(); return nil }

// frame follows the blocks of a zstd frame, RFC 8878 3.1.1, as its bytes pass. It verifies
// nothing: the decoder does.
type frame struct {
	summed   bool // has a content checksum
	skip     int  // bytes to ignore before the next header
	head     []byte
	last     bool // the last block's header was read
	trailing bool // something follows the frame
}

func (f *frame) begin(head []byte) {
	var h zstd.Header
	if h.Decode(head) == nil && !h.Skippable {
		f.summed, f.skip = h.HasCheckSum, h.HeaderSize
	}
}

// alone reports whether the frame ended, has a checksum, and is all there is.
func (f *frame) alone() bool { return f.summed && f.last && f.skip == 0 && !f.trailing }

// Write follows p and never fails.
func (f *frame) Write(p []byte) (int, error) {
	size := len(p)
	for f.summed && !f.trailing && len(p) > 0 {
		p = p[f.step(p):]
	}
	return size, nil
}

// step returns how many bytes it has processed.
func (f *frame) step(p []byte) int {
	if f.skip > 0 {
		n := min(f.skip, len(p))
		f.skip -= n
		return n
	}
	if f.last {
		f.trailing = true
		return len(p)
	}
	const blockHeader = 3
	if f.head = append(f.head, p[0]); len(f.head) == blockHeader {
		f.block()
	}
	return 1
}

// block reads a block's header, RFC 8878 3.1.1.2.
func (f *frame) block() {
	const repeated, checksum = 1, 4
	header := int(f.head[0]) | int(f.head[1])<<8 | int(f.head[2])<<16
	f.head = f.head[:0]
	f.skip = header >> 3
	if header>>1&3 == repeated {
		f.skip = 1
	}
	if f.last = header&1 == 1; f.last {
		f.skip += checksum
	}
}
