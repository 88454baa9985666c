package run

import (
	"errors"
	"os"

	"go.uber.org/zap"
)

// copyLogs copies what the shards have logged of their calls into the merged run, as far as the
// runs directory is the one of all of them. A shard that was continued has several logs. No run
// depends on it.
func (m *merging) copyLogs(to *Run) {
	run := m.shard.joined.Run
	root, err := os.OpenRoot(m.shardDir(run))
	if err == nil {
		err = errors.Join(to.log.AddAll(root.FS(), "*/"+run+".*"), root.Close())
	}
	if err != nil {
		m.options.Log.Warn("some of the calls that the shards have logged are missing", zap.Error(err))
	}
}
