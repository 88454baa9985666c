package user

// Print is a keyed fingerprint of what one field held.
type Print struct {
	Field Field
	Sum   uint64
}

// Prints are the fingerprints of a user: a print for each field, and one over
// all secrets together, so that a short secret cannot be guessed by itself.
type Prints struct {
	Fields  []Print
	Secrets [16]byte // zero if there were none
}

// Standing is how sure it is that the destination holds a user.
type Standing uint8

// The standings. Pending users were perhaps created, and must be looked up
// before anything is sent for them.
const (
	Absent Standing = iota
	Held
	Taken // accepted for later
	Pending
)

// Known is what the ledger knows of one id.
type Known struct {
	Standing Standing
	Row      int64 // the ledger's own small number of the user; 0 if absent
	Remote   string
	// Elsewhere says that the user came from another feed alone so far.
	Elsewhere bool
	Run       string // the run that it was last seen in
	Record    int    // and its record there
	Prints    Prints
}
