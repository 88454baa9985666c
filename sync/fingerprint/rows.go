package fingerprint

import (
	"encoding/binary"

	"github.com/dchest/siphash"

	"usersync/sync/user"
)

// Rows hashes all that a row says: id, operation and every mapped field. Two hashes
// tell whether a row is the one that was sent, and not what either holds. It is safe
// for concurrent use; the zero Rows hashes nothing.
type Rows struct {
	k0, k1  uint64
	secrets bool
	set     bool
}

// NewRows returns Rows with the given key. Without secrets, their values are left out,
// and only which there are counts: for a key that is kept next to the hashes, because
// anyone who has both can test guesses.
func NewRows(key Key, secrets bool) Rows {
	rows := key.derive("rows")
	return Rows{k0: binary.LittleEndian.Uint64(rows[:8]), k1: binary.LittleEndian.Uint64(rows[8:16]), secrets: secrets, set: true}
}

// Set reports whether h hashes anything.
func (h Rows) Set() bool { return h.set }

// Hash returns the hash of a row, which is never 0. r is as it was read, but for a key
// of the API that the ledger has added. The zero Rows returns 0.
func (h Rows) Hash(r *user.Record) uint64 {
	if !h.set {
		return 0
	}
	var room [512]byte
	b := AppendRow(room[:0], r, h.secrets)
	sum := siphash.Hash(h.k0, h.k1, b)
	if len(r.User.Secrets) > 0 {
		clear(b)
	}
	return max(sum, 1)
}

// HashText returns the hash of a row as it was read, which is never 0 and says nothing about
// Hash. The zero Rows returns 0.
func (h Rows) HashText(raw []byte) uint64 {
	if !h.set {
		return 0
	}
	return max(siphash.Hash(^h.k0, ^h.k1, raw), 1)
}

// AppendRow appends all that a row says, so that equal bytes mean equal rows. Without
// secrets, their values are left out. The bytes hold personal data: hash them, and clear
// those of secrets.
func AppendRow(b []byte, r *user.Record, secrets bool) []byte {
	b = appendText(b, r.User.ID)
	b = appendText(b, string(r.Op))
	if r.OwnRemote {
		b = appendText(append(b, 1), r.Remote)
	} else {
		b = append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(r.User.Attributes)))
	for i := range r.User.Attributes {
		a := &r.User.Attributes[i]
		b = append(appendText(b, string(a.Field)), byte(a.Value.Kind))
		b = appendText(b, a.Value.Text)
	}
	for _, s := range r.User.Secrets {
		b = appendText(b, string(s.Field))
		if secrets {
			b = appendText(b, s.Value.Reveal())
		}
	}
	return b
}
