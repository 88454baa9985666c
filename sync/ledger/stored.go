package ledger

import (
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

// StoredFile is a file in the ledger's database that only grows.
type StoredFile = stored.File

// Claim takes an earlier run for this process: whoever wrote its files before can do so no
// more. The scope must be locked. Register claims a new run.
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
	return &StoredFile{DB: s.l.entries.DB, Place: stored.Place{Run: c.run, File: name}, Epoch: c.epoch, Bound: held.BoundWrite}
}

// TakeOver makes sure that a run of another process writes no more, and copies a file of it
// to w. It returns how many bytes that were, and whether the ledger keeps files of the run:
// it has none of one that an earlier version began. The scope must be locked.
func (s Stored) TakeOver(ctx context.Context, run, name string, w io.Writer) (n int64, kept bool, err error) {
	if !s.Kept() {
		return 0, false, nil
	}
	var num int64
	err = s.l.change(ctx, func(t change.Writer) error {
		err := t.DB.QueryRow(t, t.SQL, `UPDATE usersync_shard s SET epoch = s.epoch + 1 FROM usersync_run r
			WHERE r.name = ? AND s.run = r.num RETURNING s.run`, run).Scan(&num)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || num == 0 {
		return 0, false, failed("take over run "+run, err)
	}
	n, err = io.Copy(w, stored.NewReader(ctx, s.l.entries.DB, stored.Place{Run: num, File: name}))
	return n, true, failed("read what run "+run+" has stored", err)
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
