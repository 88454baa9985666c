package shards

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// Dir is the directory of what the shards of a run write before it is merged; of all runs, if
// run is empty.
func Dir(runsDir, run string) string { return history.ShardsDir(runsDir, run) }

// Stored are the files of a shard that the ledger stores.
type Stored struct {
	From  ledger.Shards
	Run   string // of which it is a shard
	Index int
}

// Restore brings the files of the shard back into runsDir, for results in JSON Lines and rejects
// of a format; nil if it did nothing yet.
func (s Stored) Restore(ctx context.Context, runsDir, rejects string) (*history.Run, error) {
	name := ledger.ShardName(s.Run, s.Index)
	dir, err := rundir.CreateNamed(runsDir, name, "")
	if err != nil {
		return nil, err
	}
	f, err := dir.Append(rundir.JournalName)
	if err == nil {
		err = s.copy(ctx, history.StoredJournal, f)
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return nil, err
	}
	r, err := history.Read(runsDir, name)
	if err != nil || !r.Journal.Begun {
		return nil, errors.Join(err, os.RemoveAll(filepath.Join(runsDir, name)))
	}
	for name, stored := range map[string]string{"results.jsonl": history.StoredResults, "rejects." + rejects: ""} {
		f, err := os.OpenFile(filepath.Join(r.Path(), name+".partial"), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if stored == "" {
			err = f.Close()
		} else {
			err = s.copy(ctx, stored, f)
		}
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

// copy copies a file of the shard, and closes the copy.
func (s Stored) copy(ctx context.Context, name string, to *os.File) error {
	from, err := s.From.File(ctx, s.Run, s.Index, name)
	if err != nil {
		return errors.Join(err, to.Close())
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// RemoveOver removes the files of shards, which hold ids, of runs that are over: such a run was
// absorbed or given up, or the process that merged it was killed.
func RemoveOver(ctx context.Context, l *ledger.Ledger, runsDir string) error {
	dirs, err := os.ReadDir(Dir(runsDir, ""))
	if errors.Is(err, fs.ErrNotExist) || len(dirs) == 0 {
		return nil
	}
	names := make([]string, len(dirs))
	for i, dir := range dirs {
		names[i] = dir.Name()
	}
	known, failed := l.Runs().Find(ctx, names...)
	err = errors.Join(err, failed)
	for name, run := range known {
		if run.State != ledger.RunOpen && run.State != ledger.RunStopped {
			err = errors.Join(err, os.RemoveAll(Dir(runsDir, name)))
		}
	}
	return err
}
