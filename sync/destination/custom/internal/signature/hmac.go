// Package signature signs calls with an HMAC, as a config describes it.
//
// It knows neither users nor what a call is for. Start at Decode.
package signature

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"usersync/sync/user"
)

// HMAC signs every attempt: the text is made from the call, its HMAC is sent in
// a header, and both can include a hash of the body. It is safe for concurrent use.
type HMAC struct {
	key      user.Secret
	hash     hashName
	encoding encodingName
	text     []signPart
	headers  []signHeader
	now      func() time.Time
}

type signHeader struct {
	name  string // sent with this spelling
	parts []signPart
}

// signPart is a text, or a placeholder if name is set.
type signPart struct {
	text, name string
	hash       hashName // "" keeps the value unchanged
	encoding   encodingName
}

type hashName string

type encodingName string

var (
	hashes    = map[hashName]func() hash.Hash{"sha256": sha256.New, "sha1": sha1.New, "md5": md5.New}
	encodings = map[encodingName]func([]byte) string{"hex": hex.EncodeToString, "base64": base64.StdEncoding.EncodeToString}
	signNames = []string{"method", "path", "query", "url", "host", "body", "epoch", "epoch_ms", "signature"}
)

// Headers returns the names of the headers that Sign sets.
func (h *HMAC) Headers() []string {
	names := make([]string, len(h.headers))
	for i, header := range h.headers {
		names[i] = header.name
	}
	return names
}

// Sign sets the headers of one attempt: no signature grows old.
func (h *HMAC) Sign(r *http.Request, body []byte) {
	now := h.now()
	values := func(name string) string { return valueOf(name, r, body, now) }
	mac := hmac.New(hashes[h.hash], []byte(h.key.Reveal()))
	mac.Write([]byte(fillSigned(h.text, values)))
	signature := encodings[h.encoding](mac.Sum(nil))
	for _, header := range h.headers {
		r.Header[header.name] = []string{fillSigned(header.parts, func(name string) string {
			if name == "signature" {
				return signature
			}
			return values(name)
		})}
	}
}

// valueOf returns the value of a placeholder other than the signature.
func valueOf(name string, r *http.Request, body []byte, now time.Time) string {
	switch name {
	case "method":
		return r.Method
	case "path":
		return r.URL.EscapedPath()
	case "query":
		return r.URL.RawQuery
	case "url":
		return r.URL.String()
	case "host":
		return r.Host
	case "body":
		return string(body)
	case "epoch":
		return strconv.FormatInt(now.Unix(), 10)
	}
	return strconv.FormatInt(now.UnixMilli(), 10)
}

func fillSigned(parts []signPart, values func(string) string) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.name == "":
			b.WriteString(p.text)
		case p.hash == "":
			b.WriteString(values(p.name))
		default:
			sum := hashes[p.hash]()
			sum.Write([]byte(values(p.name)))
			b.WriteString(encodings[p.encoding](sum.Sum(nil)))
		}
	}
	return b.String()
}
