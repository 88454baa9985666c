// Package keyfile finds the key of a ledger's fingerprints: the configured one, or the one
// in the file next to an SQLite ledger. Start at Find.
package keyfile

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
)

// Find returns the given key, or the one in the file next to the ledger if none is given,
// and checks that the ledger was made with it. It creates a key for a new ledger only:
// with a new key, an old ledger would report every user as changed.
func Find(ctx context.Context, db *database.DB, key fingerprint.Key) (fingerprint.Key, error) {
	stored, err := storedCheck(ctx, db)
	if err != nil {
		return key, err
	}
	if !key.Given() {
		if key, err = defaultKey(db, stored == ""); err != nil {
			return key, err
		}
	}
	if stored == "" {
		if stored, err = storeCheck(ctx, db, key.Check()); err != nil {
			return key, err
		}
	}
	if !hmac.Equal([]byte(stored), []byte(key.Check())) {
		return key, &database.UnusableError{Reason: "its fingerprints were made with a different key",
			Hint: "give the key that the ledger was made with; if it is lost, remove the ledger: the next run then sends every user once"}
	}
	return key, nil
}

func storedCheck(ctx context.Context, db *database.DB) (string, error) {
	var check string
	err := db.QueryRow(ctx, db.Read, `SELECT value FROM usersync_meta WHERE name = 'key_check'`).Scan(&check)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the key's check value: %w", err)
	}
	return check, nil
}

// storeCheck stores the check value, unless another process was first, and returns the
// stored one.
func storeCheck(ctx context.Context, db *database.DB, check string) (string, error) {
	_, err := db.Exec(ctx, db.Write, `INSERT INTO usersync_meta (name, value) VALUES ('key_check', ?) ON CONFLICT DO NOTHING`, check)
	if err != nil {
		return "", fmt.Errorf("store the key's check value: %w", err)
	}
	return storedCheck(ctx, db)
}
