package run

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"go.uber.org/zap"

	"usersync/sync/ledger"
)

// removeShards removes the files of shards, which hold ids, of runs that are over: such a run was
// absorbed or given up, or the process that merged it was killed. What is left takes room, and no
// more: the next run removes it.
func (b *beginning) removeShards(ctx context.Context) {
	err := b.removeOver(ctx)
	if err != nil {
		b.options.Log.Warn("files of shards of runs that are over could not be removed", zap.Error(err))
	}
}

func (b *beginning) removeOver(ctx context.Context) error {
	dirs, err := os.ReadDir(b.shardDir(""))
	if errors.Is(err, fs.ErrNotExist) || len(dirs) == 0 {
		return nil
	}
	names := make([]string, len(dirs))
	for i, dir := range dirs {
		names[i] = dir.Name()
	}
	known, failed := b.lease.Ledger.Runs().Find(ctx, names...)
	err = errors.Join(err, failed)
	for name, run := range known {
		if run.State != ledger.RunOpen && run.State != ledger.RunStopped {
			err = errors.Join(err, os.RemoveAll(b.shardDir(name)))
		}
	}
	return err
}
