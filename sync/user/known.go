package user

// Fingerprint is a keyed hash of the value that one field held.
type Print struct {
	Field Field
	Sum   uint64
}

// Fingerprints are those of a user: one for each field, and one over all secrets
// together, so that a short secret cannot be guessed on its own.
type Prints struct {
	Fields  []Print
	Secrets [16]byte // zero if there were none
}

// EntryState says how sure it is that the destination holds a user.
type Standing uint8

// The states of an entry.
const (
	Absent Standing = iota
	Held
	Taken   // the API accepted it for later
	Pending // perhaps created; must be looked up before the next call
)

// LedgerEntry is what the ledger knows of one id.
type Known struct {
	Standing Standing
	Row      int64 // the ledger's own small number of the user; 0 if absent
	Remote   string
	// OtherFeedOnly says that only other feeds have brought the user so far.
	Elsewhere bool
	Run       string // the last run that had the user
	Record    int    // and the record there
	Prints    Prints
}
