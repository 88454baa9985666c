package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/user"
)

// Checkpoint is how far a run has come: everything up to its record is on disk.
type Checkpoint struct {
	Run    string
	Record int
	// Input is how many bytes of decompressed input those records took, and SHA256 is
	// their hash.
	Input  int64
	SHA256 [32]byte
	// Sizes are the sizes of the run's files, by name.
	Sizes map[string]int64
	At    time.Time // kept to the millisecond
	// State is how the run ended; empty while it is in progress.
	State RunState
}

// Entry is what happened to a user. It is merged into what the ledger already holds.
type Entry = change.Entry

// EntriesAtOnce is how many entries Save best gets at a time: with fewer, each costs more.
func (l *Ledger) EntriesAtOnce() int { return l.entries.DB.AtOnce }

// Save writes entries, rows that may recur, and a checkpoint in one transaction, which is on
// disk when Save returns nil. Several entries for one id are applied in order. Saving the
// same twice is harmless, so it can be repeated if it is unknown whether it succeeded. If
// another run has taken over the lease, Save writes nothing and returns ErrFenced.
func (l *Ledger) Save(ctx context.Context, m Checkpoint, entries []Entry, met ...MetRow) error {
	err := l.change(ctx, func(t change.Writer) error {
		if err := t.Apply(m.Run, entries); err != nil {
			return err
		}
		if err := saveRecurring(t, m, met); err != nil {
			return err
		}
		if err := saveCheckpoint(t, m); err != nil || m.State == "" {
			return err
		}
		if err := endRun(t, m.Run, m.State, ""); err != nil {
			return err
		}
		return t.ForgetOldDeletions()
	})
	return failed(fmt.Sprintf("save the checkpoint of record %d in the ledger", m.Record), err)
}

// RecordIntent saves users as pending, on disk, before a create that must not be
// repeated. Nothing known about them is kept: a user who is to be created was missing,
// and an old key that led nowhere would only mislead a later lookup.
func (l *Ledger) RecordIntent(ctx context.Context, run string, entries []Entry) error {
	return setStates(ctx, l, run, entries, user.Pending)
}

// ClearIntent removes pending users again if it is certain that they were not sent or
// not accepted.
func (l *Ledger) ClearIntent(ctx context.Context, run string, entries []Entry) error {
	return setStates(ctx, l, run, entries, user.Absent)
}

func setStates(ctx context.Context, l *Ledger, run string, entries []Entry, state user.EntryState) error {
	err := l.change(ctx, func(t change.Writer) error {
		changed := make([]Entry, len(entries))
		for i, e := range entries {
			changed[i] = Entry{ID: e.ID, State: state, Remote: e.Remote, Run: e.Run, Record: e.Record, Replace: true}
		}
		return t.Apply(run, changed)
	})
	return failed("save in the ledger that users are "+state.String(), err)
}

func saveCheckpoint(t change.Writer, m Checkpoint) error {
	run, err := t.NumberOf(t.Runs, m.Run)
	if err != nil {
		return err
	}
	sizes, err := json.Marshal(m.Sizes)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO usersync_mark (scope, run, record, bytes, sha256, sizes, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (scope, run) DO UPDATE SET record = excluded.record, bytes = excluded.bytes,
		sha256 = excluded.sha256, sizes = excluded.sizes, at = excluded.at`,
		t.ID, run, int64(m.Record), m.Input, m.SHA256[:], string(sizes), m.At.UnixMilli())
	return err
}

// LastCheckpoint returns the latest checkpoint of a run, and whether there is one. Lock
// first: in PostgreSQL the last commit of a killed run may still be in progress, and
// Lock waits for it.
func (l *Ledger) LastCheckpoint(ctx context.Context, run string) (Checkpoint, bool, error) {
	m := Checkpoint{Run: run}
	var sum []byte
	var sizes string
	var at int64
	err := l.entries.DB.QueryRow(ctx, l.entries.DB.Read, `SELECT m.record, m.bytes, m.sha256, m.sizes, m.at FROM usersync_mark m
		JOIN usersync_run r ON r.num = m.run JOIN usersync_scope s ON s.num = m.scope
		WHERE s.name = ? AND r.name = ?`, l.entries.Name, run).
		Scan(&m.Record, &m.Input, &sum, &sizes, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Checkpoint{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(sizes), &m.Sizes)
	}
	if err != nil {
		return Checkpoint{}, false, failed("read the checkpoint of run "+run, err)
	}
	copy(m.SHA256[:], sum)
	m.At = time.UnixMilli(at)
	return m, true, nil
}
