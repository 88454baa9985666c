package output

import (
	"io"
	"os"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
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
