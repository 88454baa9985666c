package inventory

import "usersync/sync/user"

// StateWord says what the ledger holds of a user in one word.
func StateWord(s user.EntryState) string {
	return map[user.EntryState]string{user.Present: "held", user.AcceptedLater: "accepted", user.Pending: "pending"}[s]
}

// FieldNames names the fields that have a fingerprint.
func FieldNames(p user.Fingerprints) (names []string) {
	for _, f := range p.Fields {
		if f.Field != user.ID || !p.EarlierID() { // nothing is known to be there then
			names = append(names, string(f.Field))
		}
	}
	if p.Secrets != ([16]byte{}) {
		names = append(names, "secrets")
	}
	return names
}
