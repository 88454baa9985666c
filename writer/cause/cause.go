// Package cause groups rejected records by what they have in common: thousands of rejects
// rarely have more than a few causes.
//
// It uses only what results hold, so the same rejects give the same groups in the run, when a
// run is continued, and when its files are read later. It does not decide outcomes, and
// prints nothing: package report does. Start at Groups, which counts, and at Of, which says to
// which group one reject belongs.
package cause

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	"usersync/sync/user"
)

// Cause is what the rejects of one group have in common. It holds no value of a user.
type Cause struct {
	Status user.Status
	Code   string
	HTTP   int // status of the last answer; 0 if none came
	Field  string
	// Message is the detail without ids, numbers and quoted parts, at most 151 characters.
	Message string
	// Deletion says that the records are deletions of users missing from the input, which
	// are in results and not in rejects.
	Deletion bool
}

// Of returns the cause of a rejected record.
func Of(s *user.Settled) Cause {
	field, _ := split(s.Detail)
	return Cause{Status: s.Status, Code: s.Code, HTTP: s.HTTP, Field: field, Message: normalized(s.Detail), Deletion: s.Absent()}
}

// keyPrefix names the version of a key. A change of what Of or Key returns for an unchanged
// reject needs another one.
const keyPrefix = "g1-"

// keyText writes 50 bits of a hash as 10 characters that are hard to confuse.
var keyText = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding)

// Key names the group at a destination. It depends on nothing more, so it is the same in
// every run and on every machine.
func (c Cause) Key(destination string) string {
	parts := []string{keyPrefix, destination, string(c.Status), c.Code, strconv.Itoa(c.HTTP), c.Field, c.Message, strconv.FormatBool(c.Deletion)}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return keyPrefix + keyText.EncodeToString(sum[:])[:10]
}
