package rest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/zstd"
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// unpacked unpacks a body that shows that it is packed, or whose header says so. What is packed
// in a way that is not known here stays packed: then it is not JSON to the client, and the users
// are in doubt.
func unpacked(body []byte, h http.Header) ([]byte, error) {
	named := h["Content-Encoding"]
	switch {
	case bytes.HasPrefix(body, gzipMagic):
		return unpack(gzip.NewReader(bytes.NewReader(body)))
	case bytes.HasPrefix(body, zstdMagic):
		r, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*maxAnswer))
		if err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		return unpack(r.IOReadCloser(), nil)
	case len(named) > 0 && strings.EqualFold(named[0], "deflate") && !looksPlain(body):
		if r, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			return unpack(r, nil)
		}
		return unpack(flate.NewReader(bytes.NewReader(body)), nil) // without the header of zlib, as some servers send it
	}
	return body, nil
}

// looksPlain reports whether a body is JSON or empty, whatever its header says.
func looksPlain(body []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(body, byteOrderMark), " \t\r\n")
	return len(text) == 0 || text[0] == '{' && bytes.HasSuffix(bytes.TrimRight(text, " \t\r\n"), []byte{'}'}) || text[0] == '['
}

// unpack bounds what a small body can become.
func unpack(r io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	text, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	switch {
	case len(text) > maxAnswer:
		return nil, errors.Join(errTooLarge, r.Close())
	case err != nil:
		return nil, errors.Join(io.ErrUnexpectedEOF, r.Close())
	}
	return text, r.Close()
}
