// Package stored keeps files of runs in a shared ledger's database, so that they can be read
// from any machine: they only grow, and only the process that holds a run, or its shard, can
// write to them. It does not know what the files mean. Start at Claim and File.
package stored

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

// Claim takes a run, or a shard, for this process, and returns its epoch: the process that
// held it before can write no more of its files. main is the run of which it is a shard, or run
// itself.
func Claim(ctx context.Context, db *database.DB, q database.Querier, run, main int64) (epoch int64, err error) {
	err = db.QueryRow(ctx, q, `INSERT INTO usersync_shard (run, main) VALUES (?, ?)
		ON CONFLICT (run) DO UPDATE SET epoch = usersync_shard.epoch + 1 RETURNING epoch`, run, main).Scan(&epoch)
	return epoch, err
}

// Forget removes the files of all runs of a scope that are over.
func Forget(ctx context.Context, db *database.DB, q database.Querier, scope int64) error {
	const over = `IN (SELECT s.run FROM usersync_shard s JOIN usersync_run m ON m.num = s.main
		WHERE m.scope = ? AND m.state NOT IN ('open', 'stopped'))`
	if _, err := db.Exec(ctx, q, `DELETE FROM usersync_chunk WHERE run `+over, scope); err != nil {
		return err
	}
	_, err := db.Exec(ctx, q, `DELETE FROM usersync_shard WHERE run `+over, scope)
	return err
}

// Runs returns the names of the runs and shards of a scope that have files.
func Runs(ctx context.Context, db *database.DB, scope int64) (names []string, err error) {
	rows, err := db.Query(ctx, db.Read, `SELECT r.name FROM usersync_shard s JOIN usersync_run r ON r.num = s.run
		JOIN usersync_run m ON m.num = s.main WHERE m.scope = ? ORDER BY r.num`, scope)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, errors.Join(rows.Err(), rows.Close())
}

// Place says which file of which run is meant.
type Place struct {
	Run  int64 // its number in the order of runs
	File string
}

// File is a file that the holder of a run writes. Writes are kept in memory until Sync. It is
// safe for concurrent use.
type File struct {
	DB *database.DB
	Place
	// Epoch is that of the claim.
	Epoch int64
	// Bound bounds a context by the lease under which the run is held.
	Bound func(context.Context) (context.Context, context.CancelFunc)

	mu     sync.Mutex // guards buffer and at
	buffer []byte
	at     int64 // bytes that are stored
	saving sync.Mutex
	spare  []byte // memory of what was stored last, for the next buffer; guarded by saving
}

// chunkSize is how many bytes a piece of a file has at most.
const chunkSize = 1 << 20

// keptSize is how much memory is kept for the next writes, at most: a journal needs some 16 KiB.
const keptSize = 1 << 18

// Write appends p. The bytes are stored by Sync.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.buffer = append(f.buffer, p...)
	return len(p), nil
}

// Size is how many bytes were written, including those that are not stored yet.
func (f *File) Size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at + int64(len(f.buffer))
}

// Sync stores what was written: when it returns nil, it is on the server's disk. If another
// process has taken the run, nothing is stored and the error is lease.ErrFenced. After an
// error it is unknown what is stored.
func (f *File) Sync() error {
	f.saving.Lock()
	defer f.saving.Unlock()
	f.mu.Lock()
	buffer, at := f.buffer, f.at
	f.buffer, f.spare = f.spare, nil
	f.at += int64(len(buffer))
	f.mu.Unlock()
	if cap(buffer) <= keptSize {
		f.spare = buffer[:0]
	}
	for len(buffer) > 0 {
		chunk := buffer[:min(len(buffer), chunkSize)]
		if err := f.save(chunk, at); err != nil {
			return err
		}
		buffer, at = buffer[len(chunk):], at+int64(len(chunk))
	}
	return nil
}

// fenced is the row of the run while this process holds it. The lock makes a process that
// takes the run wait for a write that has begun.
const fenced = `SELECT run FROM usersync_shard WHERE run = ? AND epoch = ? FOR SHARE`

func (f *File) save(chunk []byte, at int64) error {
	ctx, end := f.Bound(context.Background())
	defer end()
	n, err := f.DB.ExecBytes(ctx, `WITH held AS (`+fenced+`)
		INSERT INTO usersync_chunk (run, file, start, bytes) SELECT run, ?, ?, ? FROM held`, f.Run, f.Epoch, f.File, at, chunk)
	if err == nil && n != 1 {
		err = lease.ErrFenced
	}
	return err
}

// Truncate shortens the file to size bytes; one that is shorter does not change. What was not
// stored is lost.
func (f *File) Truncate(size int64) error {
	f.saving.Lock()
	defer f.saving.Unlock()
	ctx, end := f.Bound(context.Background())
	defer end()
	tx, err := f.DB.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	at, err := f.truncate(ctx, tx, size)
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	f.mu.Lock()
	f.buffer, f.at = nil, at
	f.mu.Unlock()
	return nil
}

func (f *File) truncate(ctx context.Context, tx *database.Tx, size int64) (at int64, err error) {
	err = f.DB.QueryRow(ctx, tx, fenced, f.Run, f.Epoch).Scan(new(int64))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, lease.ErrFenced
	}
	if err != nil {
		return 0, err
	}
	if _, err := f.DB.Exec(ctx, tx, `DELETE FROM usersync_chunk WHERE run = ? AND file = ? AND start >= ?`, f.Run, f.File, size); err != nil {
		return 0, err
	}
	if _, err := f.DB.Exec(ctx, tx, `UPDATE usersync_chunk SET bytes = substring(bytes FROM 1 FOR CAST(? - start AS INTEGER))
		WHERE run = ? AND file = ? AND start + length(bytes) > ?`, size, f.Run, f.File, size); err != nil {
		return 0, err
	}
	err = f.DB.QueryRow(ctx, tx, `SELECT COALESCE(max(start + length(bytes)), 0) FROM usersync_chunk WHERE run = ? AND file = ?`, f.Run, f.File).Scan(&at)
	return at, err
}

// Reader reads a file from its beginning. It is for one goroutine.
type Reader struct {
	ctx    context.Context
	db     *database.DB
	place  Place
	at     int64        // bytes that were read from the database
	buffer bytes.Buffer // of these, what was not passed on yet
}

// NewReader returns a Reader. It reads a few pieces at a time, each with one query.
func NewReader(ctx context.Context, db *database.DB, p Place) *Reader {
	return &Reader{ctx: ctx, db: db, place: p}
}

// Read reads as io.Reader does.
func (r *Reader) Read(p []byte) (int, error) {
	if r.buffer.Len() == 0 {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	return r.buffer.Read(p) // io.EOF if nothing is left
}

// bytesAtOnce is about how much is read with one query.
const bytesAtOnce = 4 << 20

func (r *Reader) fill() error {
	rows, err := r.db.Query(r.ctx, r.db.Read, `SELECT c.start, c.bytes FROM (SELECT start, bytes, SUM(length(bytes)) OVER (ORDER BY start) AS size
		FROM (SELECT start, bytes FROM usersync_chunk WHERE run = ? AND file = ? AND start >= ? ORDER BY start LIMIT 4096) AS pieces) AS c
		WHERE c.size <= ? ORDER BY c.start`, r.place.Run, r.place.File, r.at, int64(bytesAtOnce))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var start int64
		var chunk []byte
		if err := rows.Scan(&start, &chunk); err != nil {
			return err
		}
		if start != r.at {
			return fmt.Errorf("a piece of a stored file is missing at byte %d", r.at)
		}
		r.buffer.Write(chunk) // never fails
		r.at += int64(len(chunk))
	}
	return errors.Join(rows.Err(), rows.Close())
}
