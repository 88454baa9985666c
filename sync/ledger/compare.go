package ledger

import (
	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Comparer compares users with what a ledger knows of them. It is for one goroutine.
type Comparer struct {
	fingerprinter *fingerprint.Fingerprinter
	fields        []user.Fingerprint // for reuse
}

// NewComparer returns a Comparer with the fingerprints of a ledger, or of what stands for one.
func NewComparer(f *fingerprint.Fingerprinter) Comparer { return Comparer{fingerprinter: f} }

// Fingerprints returns those of u. They are valid until the next call.
func (c *Comparer) Fingerprints(u *user.User) user.Fingerprints {
	got := c.fingerprinter.Fingerprints(c.fields, u)
	c.fields = got.Fields
	return got
}

// Differs reports whether u carries something that the API is not known to hold.
func (c *Comparer) Differs(known user.LedgerEntry, u *user.User) bool {
	return !fingerprint.Same(known.Fingerprints, c.Fingerprints(u))
}

// Apply returns what is known after an outcome.
func (c *Comparer) Apply(known user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if e, changes := EntryOf(o, c.fingerprinter, nil); changes {
		return e.ApplyTo(known)
	}
	return known
}
