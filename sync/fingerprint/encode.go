package fingerprint

import (
	"encoding/binary"
	"errors"
	"slices"

	"usersync/sync/user"
)

// ErrDamaged says that stored fingerprints cannot be read.
var ErrDamaged = errors.New("stored fingerprints are damaged")

// The stored form is: a byte for the version, a byte that says whether there is a fingerprint
// of secrets, that fingerprint (16 bytes), then for each field its small number (uvarint) and
// its fingerprint (8 bytes, little-endian).
const (
	withoutSecrets = 0
	withSecrets    = 1
)

// Append appends the stored form of p; num returns the number of a field.
func Append(dst []byte, p user.Fingerprints, num func(string) int64) []byte {
	dst = append(dst, Version)
	if p.Secrets == ([16]byte{}) {
		dst = append(dst, withoutSecrets)
	} else {
		dst = append(append(dst, withSecrets), p.Secrets[:]...)
	}
	for _, f := range p.Fields {
		dst = binary.AppendUvarint(dst, uint64(num(string(f.Field))))
		dst = binary.LittleEndian.AppendUint64(dst, f.Sum)
	}
	return dst
}

// slab allocates fingerprints in chunks. The zero value is ready to use.
type slab struct{ free []user.Fingerprint }

const slabSize = 4096

func (s *slab) room(n int) []user.Fingerprint {
	if len(s.free) < n {
		s.free = make([]user.Fingerprint, max(n, slabSize))
	}
	room := s.free[:0:n]
	s.free = s.free[n:]
	return room
}

// Decode reads the stored form; name returns the field of a number. It uses dst if that has room.
// Fingerprints of another version count as none. The error is ErrDamaged or comes from name.
func Decode(b []byte, name func(int64) (string, error), dst []user.Fingerprint) (p user.Fingerprints, err error) {
	if len(b) == 0 || b[0] != Version {
		return p, nil
	}
	if len(b) < 2 || (b[1] == withSecrets && len(b) < 18) {
		return p, ErrDamaged
	}
	secrets := b[1] == withSecrets
	if b = b[2:]; secrets {
		b = b[copy(p.Secrets[:], b[:16]):]
	}
	p.Fields = slices.Grow(dst[:0], len(b)/9)
	for len(b) > 0 {
		num, n := binary.Uvarint(b)
		if n <= 0 || len(b) < n+8 {
			return p, ErrDamaged
		}
		field, err := name(int64(num))
		if err != nil {
			return p, err
		}
		p.Fields = append(p.Fields, user.Fingerprint{Field: user.Field(field), Sum: binary.LittleEndian.Uint64(b[n:])})
		b = b[n+8:]
	}
	return p, nil
}
