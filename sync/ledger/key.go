package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Key keys the prints. Who has it and the ledger can test guesses against the
// prints; keep it apart from the database. It does not print.
type Key struct{ bytes *[32]byte }

// Format prints *** for every verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, "***") }

// NewKey makes a random key.
func NewKey() Key {
	k := Key{new([32]byte)}
	rand.Read(k.bytes[:]) // never fails: the program ends where it would
	return k
}

// ParseKey reads 32 bytes written as 64 hex digits or in base64. Its error does
// not hold the text.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != 32 {
		return Key{}, &UnusableError{Reason: "the ledger's key is not 32 bytes written as hex or base64",
			Hint: "make one with: openssl rand -hex 32"}
	}
	return Key{(*[32]byte)(raw)}, nil
}

func (k Key) given() bool { return k.bytes != nil }

func (k Key) text() string { return hex.EncodeToString(k.bytes[:]) + "\n" }

// derive makes the key for one purpose.
func (k Key) derive(purpose string) (sum [32]byte) {
	m := hmac.New(sha256.New, k.bytes[:])
	fmt.Fprintf(m, "usersync ledger %d %s", printVersion, purpose)
	m.Sum(sum[:0])
	return sum
}

// check is what the database keeps to tell a wrong key.
func (k Key) check() string {
	sum := k.derive("check")
	return hex.EncodeToString(sum[:16])
}

// checkKey finds the key and compares it with the one that the ledger was made
// with. A new key is made for a new ledger only: beside an old one it would
// make every user look changed.
func (l *Ledger) checkKey(ctx context.Context) error {
	stored, err := l.storedCheck(ctx)
	if err != nil {
		return err
	}
	key := l.options.Key
	if !key.given() {
		if key, err = l.keyBeside(stored == ""); err != nil {
			return err
		}
	}
	l.printer = NewPrinter(key)
	if stored == "" {
		if stored, err = l.storeCheck(ctx, key.check()); err != nil {
			return err
		}
	}
	if !hmac.Equal([]byte(stored), []byte(key.check())) {
		return &UnusableError{Reason: "its prints were made with another key",
			Hint: "give the key that the ledger was made with; if it is lost, remove the ledger: the next run sends everybody once"}
	}
	return nil
}

func (l *Ledger) storedCheck(ctx context.Context) (string, error) {
	var check string
	err := l.queryRow(ctx, l.read, `SELECT value FROM usersync_meta WHERE name = 'key_check'`).Scan(&check)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the key's check value: %w", err)
	}
	return check, nil
}

// storeCheck keeps the check value, unless another process was first; it
// returns the one that is kept.
func (l *Ledger) storeCheck(ctx context.Context, check string) (string, error) {
	_, err := l.write.ExecContext(ctx, l.dialect.bind(
		`INSERT INTO usersync_meta (name, value) VALUES ('key_check', ?) ON CONFLICT DO NOTHING`), check)
	if err != nil {
		return "", fmt.Errorf("keep the key's check value: %w", err)
	}
	return l.storedCheck(ctx)
}
