package rest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

var (
	byteOrderMark = []byte{0xef, 0xbb, 0xbf}
	gzipMagic     = []byte{0x1f, 0x8b}
)

// plain returns the text of a body: unpacked, if the API sent it as gzip although no
// call asks for that, and without a byte order mark (RFC 8259 8.1). Text that needs
// neither is returned without a copy.
func plain(body []byte) ([]byte, error) {
	if bytes.HasPrefix(body, gzipMagic) {
		unpacked, err := unpack(body)
		if err != nil {
			return nil, err
		}
		body = unpacked
	}
	return bytes.TrimPrefix(body, byteOrderMark), nil
}

// unpack bounds what a small body can become.
func unpack(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	text, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	switch {
	case len(text) > maxAnswer:
		return nil, errTooLarge
	case err != nil:
		return nil, errors.Join(io.ErrUnexpectedEOF, r.Close())
	}
	return text, r.Close()
}
