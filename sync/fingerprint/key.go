package fingerprint

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"usersync/sync/user"
)

// Key keys the fingerprints. Anyone with the key and the ledger can test guesses against them: keep
// it apart from the database. It does not print.
type Key struct{ bytes *[32]byte }

// Format prints *** for every verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, user.Mask) }

// NewKey returns a random key.
func NewKey() Key {
	k := Key{new([32]byte)}
	rand.Read(k.bytes[:]) // never fails: crypto/rand aborts the program instead
	return k
}

// ParseKey reads 32 bytes written as 64 hex digits or in base64. Its error does not hold the
// text.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != 32 {
		return Key{}, errors.New("the ledger's key is not 32 bytes written as hex or base64")
	}
	return Key{(*[32]byte)(raw)}, nil
}

// Given reports whether k is a key: the zero Key is not.
func (k Key) Given() bool { return k.bytes != nil }

// Text returns the key as ParseKey reads it, in hex and with a newline. It is for the file
// that keeps the key.
func (k Key) Text() string { return hex.EncodeToString(k.bytes[:]) + "\n" }

// derive returns the key for one purpose.
func (k Key) derive(purpose string) (sum [32]byte) {
	m := hmac.New(sha256.New, k.bytes[:])
	fmt.Fprintf(m, "usersync ledger %d %s", Version, purpose)
	m.Sum(sum[:0])
	return sum
}

// ForPseudonyms returns the key of pseudonyms, as hex. It does not reveal k.
func (k Key) ForPseudonyms() string {
	sum := k.derive("pseudonyms")
	return hex.EncodeToString(sum[:])
}

// Check returns a value that is stored to detect a wrong key; it does not reveal the key.
func (k Key) Check() string {
	sum := k.derive("check")
	return hex.EncodeToString(sum[:16])
}
