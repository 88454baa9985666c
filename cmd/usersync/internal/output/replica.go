package output

import (
	"fmt"
	"io"
	"os"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// replica is a file of a run that is also stored in a shared ledger, where other machines can
// read it. What is not stored counts as not written.
type replica struct {
	*os.File
	stored *ledger.StoredFile
}

// journalFile is where the journal is written.
func (f *Files) journalFile() journal.File {
	if f.Store == nil {
		return f.claimed
	}
	return replica{f.claimed, f.Store(history.StoredJournal)}
}

// Write appends p to both.
func (r replica) Write(p []byte) (int, error) {
	if n, err := r.File.Write(p); err != nil {
		return n, err
	}
	return r.stored.Write(p)
}

// Sync makes both durable. What is stored survives this machine, so that comes first.
func (r replica) Sync() error {
	if err := r.stored.Sync(); err != nil {
		return err
	}
	return r.File.Sync()
}

// Truncate shortens both, and stores what only the file has: the last writes before a kill,
// or all of it if an earlier version wrote it.
func (r replica) Truncate(size int64) error {
	if err := r.File.Truncate(size); err != nil {
		return err
	}
	if err := r.stored.Truncate(size); err != nil {
		return err
	}
	at := r.stored.Size()
	if _, err := io.Copy(r.stored, io.NewSectionReader(r.File, at, size-at)); err != nil {
		return err
	}
	return r.stored.Sync()
}

// replicated is the file of a shard's results: a checkpoint stores in the ledger what was
// added since the last one.
type replicated struct {
	*rundir.File
	from   *os.File
	stored *ledger.StoredFile
	end    int64 // of what was flushed
}

// replicate prepares to store the results of a shard, from the last checkpoint on.
func (f *Files) replicate() (err error) {
	if !f.Shard {
		return nil
	}
	r := &replicated{File: f.results, stored: f.Store(history.StoredResults)}
	if r.from, err = f.dir.Read(f.resultsName()); err != nil {
		return err
	}
	f.durable = r
	if err := r.stored.Truncate(f.results.Size()); err != nil {
		return err
	}
	if r.stored.Size() != f.results.Size() {
		return fmt.Errorf("continue the shard: %d bytes of its results are stored, and its checkpoint is at %d", r.stored.Size(), f.results.Size())
	}
	return nil
}

// Flush notes how much of the file is to be stored.
func (r *replicated) Flush() error {
	r.end = r.File.Size()
	return r.File.Flush()
}

// Persist also stores what was flushed.
func (r *replicated) Persist() error {
	if err := r.File.Persist(); err != nil {
		return err
	}
	at := r.stored.Size()
	if _, err := io.Copy(r.stored, io.NewSectionReader(r.from, at, r.end-at)); err != nil {
		return err
	}
	return r.stored.Sync()
}

func (r *replicated) close() {
	if r != nil {
		r.from.Close() // it was only read
	}
}
