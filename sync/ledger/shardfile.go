package ledger

import (
	"context"
	"io"

	"usersync/sync/ledger/internal/stored"
)

// File returns a file that a shard has stored, to be read once from its beginning.
func (s Shards) File(ctx context.Context, run string, index int, name string) (io.Reader, error) {
	num, err := s.l.entries.DB.Number(ctx, s.l.entries.DB.Write, "usersync_run", ShardName(run, index))
	if err != nil {
		return nil, failed("read what a shard has stored", err)
	}
	return storedText{stored.NewReader(ctx, s.l.entries.DB, stored.Place{Run: num, File: name})}, nil
}

// storedText is a stored file whose errors are those of the ledger.
type storedText struct{ io.Reader }

// Read reads as io.Reader does.
func (t storedText) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = failed("read what a shard has stored", err)
	}
	return n, err
}
