package user

import "slices"

// Fingerprint is a keyed hash of the value that one field held.
type Fingerprint struct {
	Field Field
	Sum   uint64
}

// Fingerprints are those of a user: one for each field, and one over all secrets
// together, so that a short secret cannot be guessed on its own.
type Fingerprints struct {
	Fields  []Fingerprint
	Secrets [16]byte // zero if there were none
}

// Renamed returns what is known of a user who got a new id: the destination knows the user under an
// earlier one, and nothing more is certain.
func Renamed() Fingerprints { return Fingerprints{Fields: []Fingerprint{earlierID()}} }

// earlierID is what a user has in place of the fingerprint of the id, which is never 0 in practice.
func earlierID() Fingerprint { return Fingerprint{Field: ID} }

// EarlierID reports whether the destination knows the user under an earlier id. It was told the new
// one as soon as another field is known.
func (p *Fingerprints) EarlierID() bool { return slices.Contains(p.Fields, earlierID()) }

// EntryState says how sure it is that the destination holds a user.
type EntryState uint8

// The states of an entry.
const (
	Absent EntryState = iota
	Present
	AcceptedLater // the API accepted it for later
	Pending       // perhaps created; must be looked up before the next call
)

// String returns what exports and messages call the state.
func (s EntryState) String() string {
	return [...]string{Absent: "absent", Present: "held", AcceptedLater: "accepted", Pending: "pending"}[s]
}

// LedgerEntry is what the ledger knows of one id.
type LedgerEntry struct {
	State EntryState
	// Shared says that another id holds the same Remote: a ledger of an earlier version
	// may say so.
	Shared bool
	// OtherFeedOnly says that only other feeds have brought the user so far.
	OtherFeedOnly bool
	Row           int64 // the ledger's own small number of the user; 0 if absent
	Remote        string
	Run           string // the last run that had the user
	Record        int    // and the record there
	Fingerprints  Fingerprints
}

// IsZero reports whether e says nothing at all.
func (e *LedgerEntry) IsZero() bool {
	return e.State == Absent && !e.Shared && !e.OtherFeedOnly && e.Row == 0 && e.Remote == "" && e.Run == "" && e.Record == 0 &&
		len(e.Fingerprints.Fields) == 0 && e.Fingerprints.Secrets == [16]byte{}
}
