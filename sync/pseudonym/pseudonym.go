// Package pseudonym replaces ids of users in what is shown or shared. A pseudonym is made with
// a key: the same id always has the same pseudonym, and without the key no one can tell which
// id it stands for, nor test guesses. With the key it can be turned back, because a run that
// is continued, verified or retried must know whose results it reads.
//
// It stores nothing. Start at Key.
package pseudonym

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Key makes pseudonyms. The zero Key changes no id. It is safe for concurrent use.
type Key struct{ sum, cipher *[32]byte }

// NewKey returns a random key as text.
func NewKey() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return hex.EncodeToString(b[:])
}

// ParseKey reads a key. It reports false, and returns the zero Key, if text is not one.
func ParseKey(text string) (Key, bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 32 {
		return Key{}, false
	}
	return Key{derive(b, "sum"), derive(b, "cipher")}, true
}

func derive(key []byte, purpose string) *[32]byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("usersync pseudonym " + purpose))
	return (*[32]byte)(m.Sum(nil))
}

// prefix begins every pseudonym. No id that a person gives begins like it.
const prefix = "~id."

// block is what the bytes of an id are filled up to, so that its length shows little.
const block = 16

// Of returns the pseudonym of an id. An empty id has none.
func (k Key) Of(id string) string {
	if k.sum == nil || id == "" {
		return id
	}
	padded := append([]byte(id), 0x80)
	for len(padded)%block != 0 {
		padded = append(padded, 0)
	}
	sum := k.sumOf(padded)
	k.stream(sum).XORKeyStream(padded, padded)
	return prefix + base64.RawURLEncoding.EncodeToString(append(sum, padded...))
}

// ID returns the id that a pseudonym of this key stands for. Any other text is returned
// unchanged.
func (k Key) ID(text string) string {
	id, _ := k.Open(text)
	return id
}

// Open is like ID, and reports whether text is a pseudonym of this key.
func (k Key) Open(text string) (id string, ok bool) {
	if k.sum == nil || !Is(text) {
		return text, false
	}
	raw, _ := base64.RawURLEncoding.DecodeString(text[len(prefix):])
	sum, padded := raw[:block], raw[block:]
	k.stream(sum).XORKeyStream(padded, padded)
	end := strings.LastIndexByte(string(padded), 0x80)
	if end < 0 || !hmac.Equal(sum, k.sumOf(padded)) {
		return text, false
	}
	return string(padded[:end]), true
}

// sumOf is a keyed hash of an id. As the start of the key stream it makes equal ids equal, and
// nothing more.
func (k Key) sumOf(padded []byte) []byte {
	m := hmac.New(sha256.New, k.sum[:])
	m.Write(padded)
	return m.Sum(nil)[:block]
}

func (k Key) stream(start []byte) cipher.Stream {
	c, err := aes.NewCipher(k.cipher[:])
	if err != nil {
		panic(err) // only for a key of another length
	}
	return cipher.NewCTR(c, start)
}

// Is reports whether text looks like a pseudonym, of whatever key.
func Is(text string) bool {
	rest, found := strings.CutPrefix(text, prefix)
	if !found {
		return false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	return err == nil && len(raw) >= 2*block && len(raw)%block == 0
}
