// Package change merges what happened to users into the entries of a ledger, and remembers
// deletions. It does not know why something happened. Start at Entry and at Writer.
package change

import (
	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Entry is what happened to a user. It is merged into what the ledger already holds.
type Entry struct {
	ID string
	// State is the new state; user.Absent removes the entry.
	State user.EntryState
	// Remote is the key that the API assigned; empty keeps the known one.
	Remote string
	// Run is the run that reported this; empty means that of the checkpoint. Record is
	// its record there.
	Run    string
	Record int
	// Deleted says, of an absent user, that the API confirmed the deletion. That is
	// remembered for DeletionsKept.
	Deleted bool
	// Missing says, of an absent user, that the API did not have them. That is remembered, too,
	// if the ledger held the user as present.
	Missing bool
	// IfHeld says that the entry changes nothing if the ledger does not hold the user.
	IfHeld bool
	// IfPending says that the entry changes nothing unless the user is pending, and no key
	// is known.
	IfPending bool
	// Overwritten says that a call for another id has perhaps changed the user with the key
	// Remote: if the entry still has that key, its fingerprints are lost. The rest stays, since
	// no row has told anything of the user.
	Overwritten bool
	// Fingerprints are those of the fields that the destination accepted. Fields left
	// out keep theirs, unless Replace says that the user was created, and that nothing
	// known before counts.
	Fingerprints user.Fingerprints
	Replace      bool
	// Uncertain lists fields whose value in the destination is unknown. They lose their
	// fingerprints; Secrets, or the name of any secret, stands for all secrets.
	Uncertain []user.Field
}

// ApplyTo returns what is known after e, given what was known before.
func (e *Entry) ApplyTo(known user.LedgerEntry) user.LedgerEntry {
	switch {
	case e.IfHeld && known.State == user.Absent, e.IfPending && (known.State != user.Pending || known.Remote != ""):
		return known
	case e.Overwritten:
		if known.Remote == e.Remote {
			known.Fingerprints = fingerprint.Uncertain(known.Fingerprints)
		}
		return known
	case e.State == user.Absent:
		return user.LedgerEntry{}
	}
	if e.Replace {
		known.Remote, known.Fingerprints = "", fingerprint.Uncertain(known.Fingerprints)
	}
	if e.Remote != "" {
		known.Remote = e.Remote
	}
	known.State, known.Run, known.Record = e.State, e.Run, e.Record
	known.Fingerprints = fingerprint.Merge(known.Fingerprints, e.Fingerprints, e.Uncertain)
	return known
}
