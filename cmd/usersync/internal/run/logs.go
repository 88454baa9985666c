package run

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"go.uber.org/zap"

	"usersync/writer/rundir"
)

// copyLogs copies what the shards have logged of their calls into the merged run, as far as the
// runs directory is the one of all of them. No run depends on it.
func (m *merging) copyLogs(to *Run) {
	root, err := os.OpenRoot(m.shardDir(m.shard.joined.Run))
	if err == nil {
		err = errors.Join(m.copyLog(root.FS(), rundir.AttemptsName, to.attempts.AddLine), m.copyLog(root.FS(), rundir.TrafficName, to.traffic.Add), root.Close())
	}
	if err != nil {
		m.options.Log.Warn("some of the calls that the shards have logged are missing", zap.Error(err))
	}
}

// copyLog adds the lines of a file of all shards, the oldest file first: a shard that was
// continued has several.
func (m *merging) copyLog(from fs.FS, name string, add func(line []byte)) error {
	paths, err := fs.Glob(from, "*/"+m.shard.joined.Run+".*/"+name)
	if err != nil {
		return err
	}
	written := map[string]time.Time{}
	for _, path := range paths {
		info, err := fs.Stat(from, path)
		if err != nil {
			return err
		}
		written[path] = info.ModTime()
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Or(written[a].Compare(written[b]), cmp.Compare(a, b)) })
	for _, path := range paths {
		if err := copyLines(from, path, add); err != nil {
			return err
		}
	}
	return nil
}

func copyLines(from fs.FS, path string, add func(line []byte)) error {
	f, err := from.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a line without an end was cut by a kill
		}
		if err != nil {
			return err
		}
		if line = bytes.TrimRight(line, "\n"); len(line) > 0 {
			add(line)
		}
	}
}
