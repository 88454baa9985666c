package onbo

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"
)

// signer signs calls (Onbo API reference, Authentication). A signature is valid for
// 60 s, so every attempt needs its own.
type signer struct {
	id      string
	key     []byte // the secret with its dashes
	seconds bool
	now     func() time.Time
}

// sign sets the headers in the reference's letter case, which http.Header.Set would
// change.
func (s signer) sign(r *http.Request, body []byte) {
	sum, epoch := digest(body), s.epoch()
	r.Header["X_CLIENT_UUID"] = []string{s.id}
	r.Header["X_STILT_HMAC"] = []string{s.mac(target(r), sum, epoch)}
	r.Header["EPOCH"] = []string{epoch}
	r.Header["Content-MD5"] = []string{sum}
	r.Header["Content-Type"] = []string{"application/json"}
}

func (s signer) epoch() string {
	if s.seconds {
		return strconv.FormatInt(s.now().Unix(), 10)
	}
	return strconv.FormatInt(s.now().UnixMilli(), 10)
}

func (s signer) mac(url, sum, epoch string) string {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range [...]string{url, sum, epoch} {
		io.WriteString(mac, part) // a hash never fails
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// target returns the URL that is sent. net/http encodes a host that is not ASCII by
// RFC 3492.
func target(r *http.Request) string {
	host := r.Host
	if ascii, err := httpguts.PunycodeHostPort(host); err == nil {
		host = ascii
	}
	return r.URL.Scheme + "://" + host + r.URL.RequestURI()
}

// digest returns the MD5 of the body without white space, in hex; "" if nothing is
// left.
func digest(body []byte) string {
	sum, some := md5.New(), false
	for len(body) > 0 {
		n := bytes.IndexFunc(body, isSpace)
		if n < 0 {
			n = len(body)
		}
		sum.Write(body[:n])
		some = some || n > 0
		_, space := utf8.DecodeRune(body[n:])
		body = body[n+space:]
	}
	if !some {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// isSpace matches \s in JavaScript, which Onbo's own code uses (ECMA-262,
// WhiteSpace and LineTerminator). unicode.IsSpace is a different set.
func isSpace(r rune) bool {
	switch {
	case r >= '\t' && r <= '\r', r == ' ', r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a:
		return true
	}
	return r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000 || r == 0xfeff
}
