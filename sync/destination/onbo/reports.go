package onbo

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/klauspost/compress/gzip"

	"usersync/sync/user"
)

// maxReport bounds a report's file. Every call on the wire may hold one, packed.
const maxReport = 8 << 20

// reportError says why a report cannot be sent, without its name: a file may be
// called after a person.
type reportError struct{ code, rule string }

func (e *reportError) Error() string { return e.rule }

var (
	errNoReport    = &reportError{"no_report", "must name a plain file in the directory of onbo.reports that can be read"}
	errEmptyReport = &reportError{"empty_report", "must name a file that is not empty"}
	errLargeReport = &reportError{"large_report", "must name a file of 8 MiB at most"}
	errMovedReport = &reportError{"no_report", "must name a file that stays as it is while it is read"}
)

func isReport(f user.Field) bool { return f == user.CreditReport || f == user.AssetReport }

// checkReport looks at a report's file and does not read it.
func (c *Client) checkReport(name string) error {
	root, err := os.OpenRoot(c.config.Reports)
	if err != nil {
		return errNoReport
	}
	defer root.Close()
	_, err = plainFile(root, name)
	return err
}

// plainFile follows no link out of the directory, and none to the file itself.
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

// readReport returns a report as gzip. One that is gzip already stays as it is.
func (c *Client) readReport(name string) ([]byte, error) {
	root, err := os.OpenRoot(c.config.Reports)
	if err != nil {
		return nil, errNoReport
	}
	defer root.Close()
	info, err := plainFile(root, name)
	if err != nil {
		return nil, err
	}
	// A pipe that took the file's place meanwhile shall not hold the run up.
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, errNoReport
	}
	defer file.Close()
	if opened, err := file.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, errMovedReport
	}
	return c.pack(file)
}

// pack reads no more than maxReport bytes.
func (c *Client) pack(file io.Reader) ([]byte, error) {
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
	z, ok := c.packers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(nil)
	}
	z.Reset(&packed)
	defer func() {
		z.Reset(io.Discard) // the report goes with the call
		c.packers.Put(z)
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
