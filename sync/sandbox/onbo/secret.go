package onbo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"usersync/sync/sandbox"
)

// signatureLife is how long a signature is valid (Onbo API reference, Authentication).
const signatureLife = 60 * time.Second

// Authorize checks the signature of a call. The answer to a missing one is not documented.
func (a API) Authorize(c *sandbox.Call) *sandbox.Refusal {
	h := c.Header
	id, mac, epoch := h.Get("X_CLIENT_UUID"), h.Get("X_STILT_HMAC"), h.Get("EPOCH")
	if id == "" || mac == "" || epoch == "" || c.Options().ClientID != "" && id != c.Options().ClientID {
		return &sandbox.Refusal{Status: http.StatusUnauthorized, Detail: "The call does not say who sends it"}
	}
	sum := stripped(string(c.Body))
	if sum != "" {
		digest := md5.Sum([]byte(sum))
		sum = hex.EncodeToString(digest[:])
	}
	switch {
	case h.Get("Content-MD5") != sum:
		return &sandbox.Refusal{Status: http.StatusForbidden, Detail: "Content-MD5 is not that of the body"}
	case !a.fresh(epoch):
		return &sandbox.Refusal{Status: http.StatusForbidden, Detail: "The signature has expired"}
	case a.Secret != "" && !hmac.Equal([]byte(mac), []byte(a.mac(target(c.Request)+sum+epoch))):
		return &sandbox.Refusal{Status: http.StatusForbidden, Detail: "The signature is wrong"}
	}
	return nil
}

func (a API) mac(message string) string {
	m := hmac.New(sha256.New, []byte(a.Secret))
	m.Write([]byte(message))
	return hex.EncodeToString(m.Sum(nil))
}

// target returns the full URL of the call.
func target(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + r.RequestURI
}

func (a API) fresh(epoch string) bool {
	n, err := strconv.ParseInt(epoch, 10, 64)
	at := time.UnixMilli(n)
	if a.Seconds {
		at = time.Unix(n, 0)
	}
	return err == nil && a.now().Sub(at).Abs() <= signatureLife
}

// whitespace is \s in JavaScript; Go's is smaller.
var whitespace = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
})

func stripped(body string) string { return whitespace().ReplaceAllString(body, "") }

// ssnKey returns a hash of the SSN's digits if the secret decrypts it, and otherwise what was sent, which differs each time.
func (a API) ssnKey(sealed string) (print string, known bool) {
	digits, ok := a.digits(sealed)
	if !ok {
		return sealed, false
	}
	sum := sha256.Sum256([]byte(digits))
	return hex.EncodeToString(sum[:]), true
}

func (a API) digits(sealed string) (string, bool) {
	key := []byte(strings.ReplaceAll(a.Secret, "-", ""))
	b, err := base64.StdEncoding.DecodeString(sealed)
	if len(key) != 32 || err != nil || len(b) < 32 || len(b)%16 != 0 {
		return "", false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", false
	}
	cipher.NewCBCDecrypter(block, b[:16]).CryptBlocks(b[16:], b[16:])
	pad := int(b[len(b)-1])
	if pad < 1 || pad > 16 {
		return "", false
	}
	text := strings.ReplaceAll(string(b[16:len(b)-pad]), "-", "")
	return text, nineDigits().MatchString(text)
}

var nineDigits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{9}$`) })
