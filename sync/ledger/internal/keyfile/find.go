// Package keyfile finds the key that a ledger's prints are made with: the one that is
// given, or the one in the file next to an SQLite ledger. Start at Find.
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

// Find returns the key that is given, or else the one beside the file, and
// compares it with the one that the ledger was made with. A new key is made for a new
// ledger only: beside an old one it would make every user look changed.
func Find(ctx context.Context, db *database.DB, key fingerprint.Key) (fingerprint.Key, error) {
	stored, err := storedCheck(ctx, db)
	if err != nil {
		return key, err
	}
	if !key.Given() {
		if key, err = keyBeside(db, stored == ""); err != nil {
			return key, err
		}
	}
	if stored == "" {
		if stored, err = storeCheck(ctx, db, key.Check()); err != nil {
			return key, err
		}
	}
	if !hmac.Equal([]byte(stored), []byte(key.Check())) {
		return key, &database.UnusableError{Reason: "its prints were made with another key",
			Hint: "give the key that the ledger was made with; if it is lost, remove the ledger: the next run sends everybody once"}
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

// storeCheck keeps the check value, unless another process was first; it
// returns the one that is kept.
func storeCheck(ctx context.Context, db *database.DB, check string) (string, error) {
	_, err := db.Exec(ctx, db.Write, `INSERT INTO usersync_meta (name, value) VALUES ('key_check', ?) ON CONFLICT DO NOTHING`, check)
	if err != nil {
		return "", fmt.Errorf("keep the key's check value: %w", err)
	}
	return storedCheck(ctx, db)
}
