package run

import (
	"strings"

	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// rowHashes hashes rows with the key of the ledger, or, if l is nil, with that of the
// journal. Next to its own key a journal holds no hash of a secret.
func rowHashes(l *ledger.Ledger, h journal.Header) (fingerprint.Rows, error) {
	if l != nil {
		return l.RowHashes(), nil
	}
	if h.RowKey == "" {
		return fingerprint.Rows{}, nil
	}
	key, err := fingerprint.ParseKey(h.RowKey)
	if err != nil {
		return fingerprint.Rows{}, err
	}
	return fingerprint.NewRows(key, false), nil
}

// newRowKey returns a key for the journal; empty if a ledger has one, or the run is never
// continued.
func newRowKey(l *ledger.Ledger, sandbox bool) string {
	if l != nil || sandbox {
		return ""
	}
	return strings.TrimSpace(fingerprint.NewKey().Text())
}
