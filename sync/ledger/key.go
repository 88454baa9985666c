package ledger

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"
)

// checkKey finds the key and compares it with the one that the ledger was made
// with. A new key is made for a new ledger only: beside an old one it would
// make every user look changed.
func (l *Ledger) checkKey(ctx context.Context) error {
	stored, err := l.storedCheck(ctx)
	if err != nil {
		return err
	}
	key := l.options.Key
	if !key.Given() {
		if key, err = l.keyBeside(stored == ""); err != nil {
			return err
		}
	}
	l.key = key
	if stored == "" {
		if stored, err = l.storeCheck(ctx, key.Check()); err != nil {
			return err
		}
	}
	if !hmac.Equal([]byte(stored), []byte(key.Check())) {
		return &UnusableError{Reason: "its prints were made with another key",
			Hint: "give the key that the ledger was made with; if it is lost, remove the ledger: the next run sends everybody once"}
	}
	return nil
}

func (l *Ledger) storedCheck(ctx context.Context) (string, error) {
	var check string
	err := l.db.QueryRow(ctx, l.db.Read, `SELECT value FROM usersync_meta WHERE name = 'key_check'`).Scan(&check)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the key's check value: %w", err)
	}
	return check, nil
}

// storeCheck keeps the check value, unless another process was first; it
// returns the one that is kept.
func (l *Ledger) storeCheck(ctx context.Context, check string) (string, error) {
	_, err := l.db.Exec(ctx, l.db.Write, `INSERT INTO usersync_meta (name, value) VALUES ('key_check', ?) ON CONFLICT DO NOTHING`, check)
	if err != nil {
		return "", fmt.Errorf("keep the key's check value: %w", err)
	}
	return l.storedCheck(ctx)
}
