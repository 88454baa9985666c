package stored

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

// Own gives a name to the owner who asks for it first among all shards of a run, and reports
// whether it is the owner's. It stores neither of them in clear, and Forget removes it. If
// another process has taken the shard, the error is lease.ErrFenced.
func Own(ctx context.Context, db *database.DB, s lease.Shard, name, owner string) (mine bool, err error) {
	hashed, asking := sha256.Sum256([]byte(name)), sha256.Sum256([]byte(owner))
	file := "owner of " + hex.EncodeToString(hashed[:])
	n, err := db.Exec(ctx, db.Write, `WITH held AS (`+fenced+`)
		INSERT INTO usersync_chunk (run, file, start, bytes) SELECT ?, ?, 0, ? FROM held ON CONFLICT DO NOTHING`,
		s.Run, s.Epoch, s.Main, file, asking[:])
	if err != nil || n == 1 {
		return err == nil, err
	}
	var first []byte
	err = db.QueryRow(ctx, db.Write, `SELECT bytes FROM usersync_chunk WHERE run = ? AND file = ?`, s.Main, file).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) { // it was not given to anyone, because the shard is another's
		return false, lease.ErrFenced
	}
	return bytes.Equal(first, asking[:]), err
}
