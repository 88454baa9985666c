// Package fingerprint makes keyed prints of what a user holds, so that a change can be
// told without keeping a value, and compares them. It also knows how prints are
// stored.
//
// Nothing can be guessed from a print without the key. Start at NewPrinter.
package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"

	"github.com/dchest/siphash"

	"usersync/sync/user"
)

// Version stands before stored prints. Prints of another version count as none, so
// that a change of their making costs calls and never correctness.
const Version = 1

// Secrets is the name under which Differs reports that a secret differs; which
// one is not known.
const Secrets user.Field = "secrets"

// Printer makes prints: 8 bytes of SipHash-2-4 for each field, and 16 bytes of
// HMAC-SHA256 over all secrets together. The id goes into every print, so that
// equal values of two users do not look equal.
//
// It is for one goroutine at a time.
type Printer struct {
	k0, k1  uint64
	mac     hash.Hash
	scratch []byte
	secrets []user.SecretAttribute
}

// NewPrinter returns a printer with the given key.
func NewPrinter(key Key) *Printer {
	fields := key.derive("fields")
	secrets := key.derive("secrets")
	return &Printer{
		k0:      binary.LittleEndian.Uint64(fields[:8]),
		k1:      binary.LittleEndian.Uint64(fields[8:16]),
		mac:     hmac.New(sha256.New, secrets[:]),
		scratch: make([]byte, 0, 512),
	}
}

// Prints returns the prints of u. They lie in dst if it has room, and then
// nothing is allocated.
func (p *Printer) Prints(dst []user.Fingerprint, u *user.User) user.Fingerprints {
	dst = slices.Grow(dst[:0], len(u.Attributes))
	p.scratch = append(p.scratch[:0], u.ID...)
	id0, id1 := siphash.Hash128(p.k0, p.k1, p.scratch)
	for i := range u.Attributes {
		a := &u.Attributes[i]
		b := appendText(p.scratch[:0], string(a.Field))
		b = append(b, byte(a.Value.Kind))
		b = append(b, a.Value.Text...)
		p.scratch = b
		dst = append(dst, user.Fingerprint{Field: a.Field, Sum: siphash.Hash(id0, id1, b)})
	}
	return user.Fingerprints{Fields: dst, Secrets: p.printSecrets(u)}
}

// printSecrets covers all secrets in the order of their names.
func (p *Printer) printSecrets(u *user.User) (sum [16]byte) {
	if len(u.Secrets) == 0 {
		return sum
	}
	p.secrets = append(p.secrets[:0], u.Secrets...)
	slices.SortFunc(p.secrets, func(a, b user.SecretAttribute) int { return strings.Compare(string(a.Field), string(b.Field)) })
	b := appendText(p.scratch[:0], u.ID)
	for _, s := range p.secrets {
		b = appendText(b, string(s.Field))
		b = appendText(b, s.Value.Reveal())
	}
	p.mac.Reset()
	p.mac.Write(b) // a hash never fails
	clear(b)
	p.scratch = p.mac.Sum(b[:0])
	copy(sum[:], p.scratch)
	clear(p.secrets)
	return sum
}

// appendText appends s so that where it ends cannot be mistaken.
func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Same reports whether every field of got is known with the same print. What
// got leaves out does not matter.
func Same(known, got user.Fingerprints) bool {
	if got.Secrets != ([16]byte{}) && got.Secrets != known.Secrets {
		return false
	}
	for i, g := range got.Fields {
		if i < len(known.Fields) && known.Fields[i] == g {
			continue
		}
		if !slices.Contains(known.Fields, g) {
			return false
		}
	}
	return true
}

// Differs appends to dst the fields of got that are not known with the same
// print, and Secrets if that is what differs.
func Differs(dst []user.Field, known, got user.Fingerprints) []user.Field {
	for _, g := range got.Fields {
		if !slices.Contains(known.Fields, g) {
			dst = append(dst, g.Field)
		}
	}
	if got.Secrets != ([16]byte{}) && got.Secrets != known.Secrets {
		dst = append(dst, Secrets)
	}
	return dst
}

// Merge returns old with what is new in its place, less the doubted fields. It
// changes neither.
func Merge(old, fresh user.Fingerprints, doubted []user.Field) user.Fingerprints {
	out := user.Fingerprints{Fields: slices.Clip(old.Fields), Secrets: old.Secrets}
	if len(fresh.Fields) > 0 || len(doubted) > 0 {
		out.Fields = slices.Clone(old.Fields)
	}
	for _, f := range fresh.Fields {
		if i := slices.IndexFunc(out.Fields, func(p user.Fingerprint) bool { return p.Field == f.Field }); i >= 0 {
			out.Fields[i] = f
		} else {
			out.Fields = append(out.Fields, f)
		}
	}
	if fresh.Secrets != ([16]byte{}) {
		out.Secrets = fresh.Secrets
	}
	for _, d := range doubted {
		if d == Secrets || d.IsSecret() {
			out.Secrets = [16]byte{}
		}
		out.Fields = slices.DeleteFunc(out.Fields, func(p user.Fingerprint) bool { return p.Field == d })
	}
	return out
}
