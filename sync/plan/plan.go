// Package plan keeps the plan of a run in a file, and holds a run to it: each
// record gets the call that the plan has for it, and anything that is not as it was
// when the plan was made is an *Error.
//
// It decides about no call: the engine does that, over an Overlay, which shows it
// what would be known if the calls had been made. It does not know what a run reads
// or where it sends. Start at Writer, at Open, and at Overlay.
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

// format is the version of the file, and the only one read.
const format = 1

// Header is the first line of a plan: what it is bound to, apart from the number of
// records, which is known at its end.
type Header struct {
	Format  int       `json:"usersync_plan"` // set by NewWriter
	Version string    `json:"version"`       // of usersync; for people
	Made    time.Time `json:"made"`
	// Args is the command line of a run with the same settings; no secret is one.
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

// Ledger says by which state of the ledger a plan was made.
type Ledger struct {
	Kept       bool  `json:"kept"`
	Generation int64 `json:"generation"`
}

// line is a line between the header and the end: a call for a record, or that the
// plan itself has read that none is needed. It holds no value of a field.
type line struct {
	Record int     `json:"record"`
	ID     string  `json:"id"`
	Op     user.Op `json:"op"`
	Print  string  `json:"print"` // of everything that the record carries
}

// end is the last line of a plan. A file without one is not whole.
type end struct {
	Records int    `json:"records"` // of the input
	Lines   int    `json:"lines"`   // between the header and this one
	Calls   int    `json:"calls"`   // lines with a call
	SHA256  string `json:"sha256"`  // of all lines before this one
}

// Error is a plan that is not what it was when it was made, or that is not for what
// it is applied to.
type Error struct{ Path, What string }

// Error names the plan and says what is wrong.
func (e *Error) Error() string { return "apply plan " + e.Path + ": " + e.What }

// fingerprints makes one fingerprint of everything that a record carries. It is for
// one goroutine.
type fingerprints struct {
	printer *fingerprint.Printer
	fields  []user.Fingerprint
	text    []byte
}

func newFingerprints(key fingerprint.Key) *fingerprints {
	return &fingerprints{printer: fingerprint.NewPrinter(key)}
}

// of leaves out the key that the destination made for the user: the ledger may tell
// it, and the plan is bound to the ledger's state.
func (p *fingerprints) of(u *user.User) string {
	got := p.printer.Prints(p.fields, u)
	p.fields, p.text = got.Fields, p.text[:0]
	for _, f := range got.Fields {
		p.text = fmt.Appendf(p.text, "%d:%s%x;", len(f.Field), f.Field, f.Sum)
	}
	sum := sha256.Sum256(append(p.text, got.Secrets[:]...))
	return hex.EncodeToString(sum[:8])
}
