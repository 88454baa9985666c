package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

var sqliteDialect = Dialect{
	bind:       func(query string) string { return query },
	List:       jsonList,
	IDs:        `(SELECT value AS id FROM json_each(?)) j`,
	AmongIDs:   `id IN (SELECT value FROM json_each(?))`,
	Find:       findSQLite + `e.id = j.id`,
	FindFolded: findSQLite + `e.folded = j.id`,
	FindRemote: findSQLite + `e.remote = j.id AND e.remote <> ''`,
	Recurring: `usersync_feed f JOIN usersync_recurring r
		ON r.feed = f.num AND r.id IN (SELECT value FROM json_each(?)) AND r.scope = ? AND f.name = ?`,
	Now:        `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
	AtOnce:     2_500, // twice as many cost a first load 6% more
	put:        putSQLite,
	each:       eachSQLite,
	insert:     insertSQLite,
	migrations: "migrations/sqlite",
	hasTables:  `SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`,
	hasMeta:    `SELECT count(*) FROM sqlite_master WHERE name = 'usersync_meta'`,
	Erase:      `PRAGMA wal_checkpoint(TRUNCATE)`,
}

const findSQLite = `(SELECT key AS ord, value AS id FROM json_each(?)) j CROSS JOIN usersync_entry e WHERE e.scope = ? AND `

// The cache sizes of the writing connection and of each reading one, in KiB. This memory
// is outside the limit of the Go runtime, and twice as much is taken: a page with its
// header is a little more than half of what its allocator hands out. Most reading is
// sequential and needs little.
const (
	cacheToWrite = "-1000"
	cacheToRead  = "-800"
)

// openSQLite opens the file, or creates it with access for this user only. One connection
// writes, and each of its transactions is on disk when Commit returns; readers never wait
// for it.
func openSQLite(path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := ownFile(path); err != nil {
		return nil, err
	}
	db := &DB{Path: path, Dialect: &sqliteDialect}
	if db.Write, err = sql.Open("sqlite", sqliteName(path, cacheToWrite, "synchronous(FULL)", "secure_delete(ON)")+"&_txlock=immediate"); err != nil {
		return nil, err
	}
	if db.Read, err = sql.Open("sqlite", sqliteName(path, cacheToRead, "query_only(ON)")); err != nil {
		return nil, errors.Join(err, db.Write.Close())
	}
	db.Write.SetMaxOpenConns(1)
	db.Read.SetMaxOpenConns(2)
	db.Read.SetMaxIdleConns(2)
	return db, nil
}

func sqliteName(path, cache string, pragmas ...string) string {
	v := url.Values{"_pragma": append([]string{"busy_timeout(20000)", "journal_mode(WAL)", "cache_size(" + cache + ")"}, pragmas...)}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}).String()
}

// busyTimeout is how long to wait while another process creates the ledger.
const busyTimeout = 20 * time.Second

// busyPause is the pause between two attempts.
const busyPause = 200 * time.Millisecond

// RetryBusy calls do again, for up to 20 s, while the database is locked. SQLite itself
// does not wait when two processes create a file, or recover it after a crash, at once.
func RetryBusy(ctx context.Context, do func(context.Context) error) error {
	for until := time.Now().Add(busyTimeout); ; {
		err := do(ctx)
		if busy, ok := errors.AsType[*sqlite.Error](err); !ok || busy.Code()&0xff != sqlitelib.SQLITE_BUSY || time.Now().After(until) {
			return err
		}
		select {
		case <-time.After(busyPause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// undoneBySQLite reports whether a rollback failed because there was nothing to undo: SQLite does
// that by itself if the disk is full or broken.
func undoneBySQLite(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlitelib.SQLITE_ERROR
}

// ownFile creates the file if there is none, and refuses one that belongs to another user
// or that other users may write.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = os.Open(path)
	}
	if err != nil {
		return err
	}
	return errors.Join(Private(f, 0o022), f.Close())
}

// jsonList writes ids as a JSON array: json_each is faster than binding a thousand
// parameters.
func jsonList(ids []string) (any, error) {
	b := make([]byte, 0, 24*len(ids)+2)
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = jsontext.AppendQuote(b, id); err != nil {
			return nil, ErrBadID
		}
	}
	return string(append(b, ']')), nil
}

// Private refuses an open file that is not a regular file, that belongs to another user,
// or on which others have any of the given permissions.
func Private(f *os.File, others fs.FileMode) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &UnusableError{Reason: f.Name() + " is not a regular file", Hint: "give another path"}
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return &UnusableError{Reason: f.Name() + " belongs to another user",
			Hint: "run as the user that owns it, or give another path"}
	}
	if info.Mode().Perm()&others != 0 {
		return &UnusableError{Reason: fmt.Sprintf("%s is open to others (mode %#o)", f.Name(), info.Mode().Perm()),
			Hint: "make sure that no one else has read or changed it, then run: chmod 600 " + f.Name()}
	}
	return nil
}
