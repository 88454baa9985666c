package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/stored"
)

// Stored is what a shared ledger keeps of the files of its runs, so that they can be read
// from any machine. A ledger in a file keeps none.
type Stored struct{ l *Ledger }

// Stored returns the files of runs that the ledger keeps.
func (l *Ledger) Stored() Stored { return Stored{l} }

// Kept reports whether the ledger keeps files.
func (s Stored) Kept() bool { return s.l != nil && s.l.entries.DB.Path == "" }

// StoredFile is a file in the ledger's database that only grows, and is written by the process
// that holds its run. Writes are kept in memory until Sync. It is safe for concurrent use.
type StoredFile struct {
	file *stored.File
	held *Lease
}

// Write appends p. The bytes are stored by Sync.
func (f *StoredFile) Write(p []byte) (int, error) { return f.file.Write(p) }

// Size is how many bytes were written, including those that are not stored yet.
func (f *StoredFile) Size() int64 { return f.file.Size() }

// Sync stores what was written: when it returns nil, it is on the server's disk. If another
// process has taken the run, nothing is stored, and the error wraps ErrFenced. After an error
// it is unknown what is stored.
func (f *StoredFile) Sync() error { return f.failed(f.file.Sync()) }

// Truncate shortens the file to size bytes; one that is shorter does not change.
func (f *StoredFile) Truncate(size int64) error { return f.failed(f.file.Truncate(size)) }

func (f *StoredFile) failed(err error) error {
	if errors.Is(err, ErrFenced) {
		f.held.Lose(ErrFenced)
	} else if err != nil {
		err = cmp.Or(f.held.Check(), err)
	}
	return failed("store what the run has done", err)
}

// Claim takes an earlier run for this process: the one that wrote its files before can do so
// no more. The scope must be locked. Register claims a new run.
func (s Stored) Claim(ctx context.Context, run string) error {
	err := s.l.change(ctx, func(t change.Writer) error { return s.claim(t, run) })
	return failed("claim run "+run+" in the ledger", err)
}

func (s Stored) claim(t change.Writer, run string) error {
	num, err := t.NumberOf(t.Runs, run)
	if held := s.l.claimed.Load(); err != nil || !s.Kept() || held != nil && held.run == num {
		return err
	}
	epoch, err := stored.Claim(t, t.DB, t.SQL, num, num)
	if err == nil {
		s.l.claimed.Store(&claim{num, epoch})
	}
	return err
}

// claim is what this process may write.
type claim struct{ run, epoch int64 }

// File returns a file of the run that was claimed last, to be written. It is empty or
// must be truncated first.
func (s Stored) File(name string) *StoredFile {
	c := s.l.claimed.Load()
	if c == nil {
		return nil
	}
	held := s.l.writer.held()
	return &StoredFile{&stored.File{DB: s.l.entries.DB, Place: stored.Place{Run: c.run, File: name}, Epoch: c.epoch, Bound: held.BoundWrite}, held}
}

// TakeOver makes sure that a run of another process writes no more, and copies a file of it
// to w. A run that this process has claimed stays its own. It returns how many bytes that were,
// and whether the ledger keeps files of the run: it has none of one that an earlier version began.
// Plans stay valid: what the run did is in its files. The scope must be locked.
func (s Stored) TakeOver(ctx context.Context, run, name string, w io.Writer) (n int64, kept bool, err error) {
	if !s.Kept() {
		return 0, false, nil
	}
	var num, own int64
	if claimed := s.l.claimed.Load(); claimed != nil {
		own = claimed.run
	}
	err = s.l.change(ctx, func(t change.Writer) error {
		err := t.DB.QueryRow(t, t.SQL, `UPDATE usersync_shard s SET epoch = s.epoch + (s.run <> ?)::int FROM usersync_run r
			WHERE r.name = ? AND s.run = r.num RETURNING s.run`, own, run).Scan(&num)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return t.KeepGeneration()
	})
	if err != nil || num == 0 {
		return 0, false, failed("take over run "+run, err)
	}
	n, err = io.Copy(w, stored.NewReader(ctx, s.l.entries.DB, stored.Place{Run: num, File: name}))
	return n, true, failed("read what run "+run+" has stored", err)
}

// Runs returns the names of the runs, and of their shards, whose files the ledger stores.
func (s Stored) Runs(ctx context.Context) (names []string, err error) {
	if !s.Kept() {
		return nil, nil
	}
	scope, err := s.l.entries.Num(ctx)
	if err == nil {
		names, err = stored.Runs(ctx, s.l.entries.DB, scope)
	}
	return names, failed("look up stored files of runs", err)
}

// Forget removes the files of all runs of the scope that are over. The scope must be
// locked.
func (s Stored) Forget(ctx context.Context) error {
	if !s.Kept() {
		return nil
	}
	err := s.l.change(ctx, func(t change.Writer) error { return stored.Forget(t, t.DB, t.SQL, t.ID) })
	return failed("remove the stored files of earlier runs", err)
}
