package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"usersync/sync/user"
)

// Mark is how far a run has come: up to its record, everything is on the disk.
type Mark struct {
	Run    string
	Record int
	// Input is how many bytes of the decompressed input were read for that, and
	// SHA256 their hash.
	Input  int64
	SHA256 [32]byte
	// Sizes are the sizes of the run's files, by name.
	Sizes map[string]int64
	At    time.Time // kept to the millisecond
	// State is how the run ended; empty while it continues.
	State State
}

// Entry is what became of a user. What it says is laid over what the ledger
// holds already.
type Entry struct {
	ID string
	// Standing is Held, Taken or Pending; Absent removes the entry.
	Standing user.EntryState
	// Remote is the key that the API made; empty keeps the one that is known.
	Remote string
	// Run and Record are those of the mark, where Run is empty.
	Run    string
	Record int
	// Deleted says, of an Absent user, that the API was seen to delete it. That is
	// remembered for a while.
	Deleted bool
	// IfHeld says that the entry changes nothing if the ledger does not hold the user.
	IfHeld bool
	// Prints are those of the fields that the destination took. Fields left out
	// keep theirs, unless Anew says that the user was made new.
	Prints user.Fingerprints
	Anew   bool
	// Doubted are fields of which nobody knows what the destination holds now.
	// They lose their prints; Secrets, or any secret's name, stands for all secrets.
	Doubted []user.Field
}

// Mark keeps entries and mark in one transaction, which is on the disk when it
// returns nil. Entries of one id are applied in their order. It may be given the
// same again, when it is not known whether it was kept. It fails with
// ErrFenced, and keeps nothing, when the lease is not ours any more.
func (l *Ledger) Mark(ctx context.Context, m Mark, entries []Entry) error {
	err := l.change(ctx, func(w *writing) error {
		if err := w.entries(m.Run, entries); err != nil {
			return err
		}
		if err := w.mark(m); err != nil || m.State == "" {
			return err
		}
		return cmp.Or(w.end(m.Run, m.State, ""), w.forgetOldDeletions())
	})
	return failed(fmt.Sprintf("mark record %d in the ledger", m.Record), err)
}

// Pend keeps users as pending, on the disk, before a create that must not be made
// twice. What was known of them is known no more: who is created was not there,
// and a key that led to nobody would only say so again when the user is looked up.
func (l *Ledger) Pend(ctx context.Context, run string, entries []Entry) error {
	return lay(ctx, l, run, entries, user.Pending)
}

// Unpend takes that back, for users of whom it is certain that no call carried
// them, or that none was taken: nobody holds them.
func (l *Ledger) Unpend(ctx context.Context, run string, entries []Entry) error {
	return lay(ctx, l, run, entries, user.Absent)
}

func lay(ctx context.Context, l *Ledger, run string, entries []Entry, standing user.EntryState) error {
	err := l.change(ctx, func(w *writing) error {
		laid := make([]Entry, len(entries))
		for i, e := range entries {
			laid[i] = Entry{ID: e.ID, Standing: standing, Remote: e.Remote, Run: e.Run, Record: e.Record, Anew: true}
		}
		return w.entries(run, laid)
	})
	return failed("note in the ledger who is "+standings[standing], err)
}

func (w *writing) mark(m Mark) error {
	run, err := w.num(w.l.runs, m.Run)
	if err != nil {
		return err
	}
	sizes, err := json.Marshal(m.Sizes)
	if err != nil {
		return err
	}
	_, err = w.l.db.Exec(w, w.tx, `INSERT INTO usersync_mark (scope, run, record, bytes, sha256, sizes, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (scope, run) DO UPDATE SET record = excluded.record, bytes = excluded.bytes,
		sha256 = excluded.sha256, sizes = excluded.sizes, at = excluded.at`,
		w.scope, run, int64(m.Record), m.Input, m.SHA256[:], string(sizes), m.At.UnixMilli())
	return err
}

// LastMark returns the latest mark of a run, and whether there is one. Take the
// lock first: in PostgreSQL the last mark of a killed run may still be on its
// way, and Lock waits for it.
func (l *Ledger) LastMark(ctx context.Context, run string) (Mark, bool, error) {
	m := Mark{Run: run}
	var sum []byte
	var sizes string
	var at int64
	err := l.db.QueryRow(ctx, l.db.Read, `SELECT m.record, m.bytes, m.sha256, m.sizes, m.at FROM usersync_mark m
		JOIN usersync_run r ON r.num = m.run JOIN usersync_scope s ON s.num = m.scope
		WHERE s.name = ? AND r.name = ?`, l.options.Scope, run).
		Scan(&m.Record, &m.Input, &sum, &sizes, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Mark{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(sizes), &m.Sizes)
	}
	if err != nil {
		return Mark{}, false, failed("read the mark of run "+run, err)
	}
	copy(m.SHA256[:], sum)
	m.At = time.UnixMilli(at)
	return m, true, nil
}
