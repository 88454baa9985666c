// Package plan keeps the plan of a run in a file, and makes a run follow it: each record
// gets the call that the plan has for it, and anything that has changed since the plan was
// made is an *Error.
//
// It decides no calls: the engine does, on an Overlay, which shows it what would be known
// if the calls had been made. It does not know what a run reads or where it sends. Start at
// Writer, at Open, and at Overlay.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// format is the version of the file, and the only one that can be read.
const format = 1

// Header is the first line of a plan: what it is bound to, except for the number of records,
// which is known only at its end.
type Header struct {
	Format  int       `json:"usersync_plan"` // set by NewWriter
	Version string    `json:"version"`       // of usersync; for people
	Made    time.Time `json:"made"`
	// Args is the command line of a run with the same settings; it has no secrets.
	Args          []string      `json:"args"`
	Inputs        []string      `json:"inputs"` // as given
	InputSHA256   string        `json:"input_sha256"`
	InputBytes    int64         `json:"input_bytes"`
	ConfigSHA256  string        `json:"config_sha256"`
	MappingSHA256 string        `json:"mapping_sha256"`
	Scope         journal.Scope `json:"scope"`
	Sandbox       bool          `json:"sandbox,omitempty"`
	Ledger        Ledger        `json:"ledger"`
}

// Ledger identifies the state of the ledger that a plan was made with.
type Ledger struct {
	Kept       bool  `json:"kept"`
	Generation int64 `json:"generation"`
}

// line is a line between the header and the end: the call for a record, or that the plan's
// own read showed that none is needed. It holds no values.
type line struct {
	Record int     `json:"record"`
	ID     string  `json:"id"`
	Op     user.Op `json:"op"`
	Print  string  `json:"print"` // of everything that the record carries
}

// end is the last line of a plan. A file without one is incomplete.
type end struct {
	Records int    `json:"records"` // of the input
	Lines   int    `json:"lines"`   // between the header and this one
	Calls   int    `json:"calls"`   // lines with a call
	SHA256  string `json:"sha256"`  // of all lines before this one
}

// Error says that a plan has changed since it was made, or that it is not for what it is
// applied to.
type Error struct{ Path, What string }

// Error names the plan and says what is wrong.
func (e *Error) Error() string { return "apply plan " + e.Path + ": " + e.What }

// fingerprints computes one fingerprint of everything that a record carries. It is for one
// goroutine.
type fingerprints struct {
	fingerprinter *fingerprint.Fingerprinter
	fields        []user.Fingerprint
	text          []byte
}

func newFingerprints(key fingerprint.Key) *fingerprints {
	return &fingerprints{fingerprinter: fingerprint.NewFingerprinter(key)}
}

// of leaves out the key that the destination assigned: it may come from the ledger, and the
// plan is bound to the ledger's state.
func (p *fingerprints) of(u *user.User) string {
	got := p.fingerprinter.Fingerprints(p.fields, u)
	p.fields, p.text = got.Fields, p.text[:0]
	for _, f := range got.Fields {
		p.text = fmt.Appendf(p.text, "%d:%s%x;", len(f.Field), f.Field, f.Sum)
	}
	sum := sha256.Sum256(append(p.text, got.Secrets[:]...))
	return hex.EncodeToString(sum[:8])
}
