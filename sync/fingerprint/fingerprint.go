// Package fingerprint computes keyed fingerprints of a user's values, so that a change can be
// detected without storing a value. It compares them, and defines how they are stored.
//
// Without the key a fingerprint reveals nothing. Start at NewFingerprinter.
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

// Version comes before stored fingerprints. Fingerprints of another version count as none, so
// changing how they are computed costs calls and never correctness.
const Version = 1

// Secrets is the name under which Differs reports that a secret differs; it is not known which
// one.
const Secrets user.Field = "secrets"

// Fingerprinter computes fingerprints: 8 bytes of SipHash-2-4 for each field, and 16 bytes of
// HMAC-SHA256 over all secrets together. Every fingerprint includes the id, so equal values of
// two users do not look equal.
//
// It is not safe for concurrent use.
type Fingerprinter struct {
	k0, k1  uint64
	mac     hash.Hash
	scratch []byte
	secrets []user.SecretAttribute
	slab    slab
}

// NewFingerprinter returns a fingerprinter with the given key.
func NewFingerprinter(key Key) *Fingerprinter {
	fields := key.derive("fields")
	secrets := key.derive("secrets")
	return &Fingerprinter{
		k0:      binary.LittleEndian.Uint64(fields[:8]),
		k1:      binary.LittleEndian.Uint64(fields[8:16]),
		mac:     hmac.New(sha256.New, secrets[:]),
		scratch: make([]byte, 0, 512),
	}
}

// Fingerprints returns the fingerprints of u. It uses dst if that has room, and then allocates
// nothing.
func (p *Fingerprinter) Fingerprints(dst []user.Fingerprint, u *user.User) user.Fingerprints {
	if cap(dst) < len(u.Attributes) {
		dst = p.slab.room(len(u.Attributes))
	}
	dst = dst[:0]
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
	return user.Fingerprints{Fields: dst, Secrets: p.ofSecrets(u)}
}

// Held returns the fingerprints of a user that the destination certainly holds: of one with
// nothing but an id, that of the id. Without any, nothing is certain of a user.
func (p *Fingerprinter) Held(dst []user.Fingerprint, u *user.User) user.Fingerprints {
	if len(u.Attributes) == 0 && len(u.Secrets) == 0 {
		u = &user.User{ID: u.ID, Attributes: []user.Attribute{{Field: user.ID}}}
	}
	return p.Fingerprints(dst, u)
}

func isNone(p user.Fingerprints) bool { return len(p.Fields) == 0 && p.Secrets == ([16]byte{}) }

// ofSecrets covers all secrets in the order of their names.
func (p *Fingerprinter) ofSecrets(u *user.User) (sum [16]byte) {
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

// appendText appends s with its length, so its end is unambiguous.
func appendText(dst []byte, s string) []byte {
	if len(s) < 0x80 { // nearly all are this short
		return append(append(dst, byte(len(s))), s...)
	}
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Same reports whether every field of got is known with the same fingerprint. Fields that got
// leaves out do not matter, but if that is all of them, something must be known: otherwise the
// user is perhaps not there. The destination must also know the user under the id.
func Same(known, got user.Fingerprints) bool {
	if isNone(got) {
		return !isNone(known) && !known.EarlierID()
	}
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

// Differs appends to dst the fields of got that are not known with the same fingerprint, and
// Secrets if those differ; the id if got has none and nothing of the user is certain.
func Differs(dst []user.Field, known, got user.Fingerprints) []user.Field {
	if isNone(got) && !Same(known, got) {
		return append(dst, user.ID)
	}
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

// Uncertain returns what is left of p if nothing is certain any more: that the destination was not
// told a new id.
func Uncertain(p user.Fingerprints) user.Fingerprints {
	if p.EarlierID() {
		return user.Renamed()
	}
	return user.Fingerprints{}
}

// Merge returns old with the fresh values in place, without the uncertain fields. It changes
// neither, and may return either of them.
func Merge(old, fresh user.Fingerprints, uncertain []user.Field) user.Fingerprints {
	if !isNone(fresh) && old.EarlierID() { // it was told the new id
		old.Fields = slices.DeleteFunc(slices.Clone(old.Fields), func(p user.Fingerprint) bool { return p.Field == user.ID })
	}
	if len(old.Fields) == 0 && old.Secrets == ([16]byte{}) && len(uncertain) == 0 {
		fresh.Fields = slices.Clip(fresh.Fields)
		return fresh
	}
	out := user.Fingerprints{Fields: slices.Clip(old.Fields), Secrets: old.Secrets}
	if len(fresh.Fields) > 0 || len(uncertain) > 0 {
		out.Fields = append(make([]user.Fingerprint, 0, len(old.Fields)+len(fresh.Fields)), old.Fields...)
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
	for _, d := range uncertain {
		if d == Secrets || d.IsSecret() {
			out.Secrets = [16]byte{}
		}
		out.Fields = slices.DeleteFunc(out.Fields, func(p user.Fingerprint) bool { return p.Field == d })
	}
	return out
}
