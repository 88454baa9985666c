package rest

import (
	"bytes"
	"encoding/binary"
	"mime"
	"net/http"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var byteOrderMark = []byte{0xef, 0xbb, 0xbf}

// plain returns the text of a body: unpacked, if the API packed it although no call asks for
// that, in UTF-8, and without a byte order mark (RFC 8259 8.1). Text that needs none of this is
// returned without a copy.
func plain(body []byte, h http.Header) ([]byte, error) {
	body, err := unpacked(body, h)
	if err != nil {
		return nil, err
	}
	if order := wide(body); order != nil {
		body = fromUTF16(body, order)
	} else if kinds := h["Content-Type"]; len(kinds) > 0 && isLatin(kinds[0]) {
		body = fromLatin(body)
	}
	return bytes.TrimPrefix(body, byteOrderMark), nil
}

// wide returns the byte order of UTF-16: JSON begins with two characters below 128 or, in front
// of them, with a byte order mark. It returns nil for other text.
func wide(body []byte) binary.ByteOrder {
	switch {
	case len(body) < 2 || len(body)%2 != 0:
	case body[0] == 0xff && body[1] == 0xfe, body[0] != 0 && body[1] == 0:
		return binary.LittleEndian
	case body[0] == 0xfe && body[1] == 0xff, body[0] == 0 && body[1] != 0:
		return binary.BigEndian
	}
	return nil
}

func fromUTF16(body []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// isLatin reports whether a content type says that text is in ISO 8859-1. It says so of UTF-8,
// too: fromLatin looks.
func isLatin(contentType string) bool {
	if !strings.Contains(contentType, "8859") && !strings.Contains(contentType, "atin") {
		return false
	}
	_, params, _ := mime.ParseMediaType(contentType)
	charset := strings.ToLower(params["charset"])
	return charset == "iso-8859-1" || charset == "latin1" || charset == "latin-1"
}

// fromLatin leaves text alone that may be in another charset, whatever its header says: it has
// letters in UTF-8, or bytes that are letters in Windows-1252 only. It would become other
// letters, which an update may send back.
func fromLatin(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	for i := 0; i < len(body); {
		_, size := utf8.DecodeRune(body[i:])
		if size > 1 || body[i] >= 0x80 && body[i] < 0xa0 {
			return body
		}
		i += size
	}
	text := make([]byte, 0, len(body)+len(body)/8)
	for _, b := range body {
		text = utf8.AppendRune(text, rune(b))
	}
	return text
}
