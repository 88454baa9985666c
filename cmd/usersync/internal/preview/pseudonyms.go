package preview

import (
	"usersync/sync/ledger"
	"usersync/sync/pseudonym"
)

// PseudonymKey returns the key of the pseudonyms of users: that of the ledger, or a new one if
// l is nil.
func PseudonymKey(l *ledger.Ledger) string {
	if l == nil {
		return pseudonym.NewKey()
	}
	return l.PseudonymKey()
}

// pseudonyms replaces the ids in what is shown, if the settings ask for that.
func (d DryRun) pseudonyms() (k pseudonym.Key) {
	if d.Config.Output.RedactIDs {
		k, _ = pseudonym.ParseKey(PseudonymKey(d.Ledger))
	}
	return k
}
