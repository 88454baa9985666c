package onbo

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/klauspost/compress/gzip"

	"usersync/sync/user"
)

// maxReport bounds a report's file, in bytes. Every call in flight may hold one,
// compressed.
const maxReport = 8 << 20

// reportError says why a report cannot be sent, without the file's name, which may
// be a person's.
type reportError struct{ code, rule string }

func (e *reportError) Error() string { return e.rule }

var (
	errNoReport    = &reportError{"no_report", "must name a readable regular file in the directory onbo.reports"}
	errEmptyReport = &reportError{"empty_report", "must name a file that is not empty"}
	errLargeReport = &reportError{"large_report", "must name a file of at most 8 MiB"}
	errMovedReport = &reportError{"no_report", "must name a file that does not change while it is read"}
)

func isReport(f user.Field) bool { return f == user.CreditReport || f == user.AssetReport }

// reports are the files in the directory of credit and asset reports. They may be read by
// several goroutines.
type reports struct {
	dir     string
	packers sync.Pool // *gzip.Writer, a megabyte each
}

// check checks a report's file without reading it.
func (s *reports) check(name string) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return errNoReport
	}
	defer root.Close()
	_, err = plainFile(root, name)
	return err
}

// plainFile follows no link, neither out of the directory nor to the file itself.
func plainFile(root *os.Root, name string) (fs.FileInfo, error) {
	if !filepath.IsLocal(name) {
		return nil, errNoReport
	}
	info, err := root.Lstat(name)
	switch {
	case err != nil || !info.Mode().IsRegular():
		return nil, errNoReport
	case info.Size() == 0:
		return nil, errEmptyReport
	case info.Size() > maxReport:
		return nil, errLargeReport
	}
	return info, nil
}

// read returns a report as gzip. A file that is gzip already is not
// compressed again.
func (s *reports) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, errNoReport
	}
	defer root.Close()
	info, err := plainFile(root, name)
	if err != nil {
		return nil, err
	}
	// A pipe that has replaced the file must not block the run.
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, errNoReport
	}
	defer file.Close()
	if opened, err := file.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, errMovedReport
	}
	return s.pack(file)
}

// pack reads at most maxReport bytes.
func (s *reports) pack(file io.Reader) ([]byte, error) {
	in := bufio.NewReader(io.LimitReader(file, maxReport+1))
	begin, err := in.Peek(2)
	if err != nil && len(begin) == 0 {
		return nil, errMovedReport
	}
	var packed bytes.Buffer
	if bytes.Equal(begin, gzipMagic) {
		err = fill(&packed, in)
		return packed.Bytes(), err
	}
	z, ok := s.packers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(nil)
	}
	z.Reset(&packed)
	defer func() {
		z.Reset(io.Discard) // keep no report after the call
		s.packers.Put(z)
	}()
	err = errors.Join(fill(z, in), z.Close())
	return packed.Bytes(), err
}

var gzipMagic = []byte{0x1f, 0x8b} // RFC 1952 2.3.1

func fill(packed io.Writer, file io.Reader) error {
	n, err := io.Copy(packed, file)
	if err == nil && n > maxReport {
		err = errLargeReport
	}
	return err
}
