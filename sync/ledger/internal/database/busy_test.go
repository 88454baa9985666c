package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
)

// RetryBusy waits for a database that another process has locked, but not forever, and
// not after any other error.
func TestRetryBusy(t *testing.T) {
	busy := lockedOut(t)
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answers []error // of each attempt; the last one repeats
			tries   int
			want    error
		}{
			"free":             {[]error{nil}, 1, nil},
			"free after a few": {[]error{busy, busy, nil}, 3, nil},
			"another error":    {[]error{busy, broken}, 2, broken},
			"never free":       {[]error{busy}, 101, busy},
		} {
			tries := 0
			err := RetryBusy(t.Context(), func(context.Context) error {
				tries++
				return c.answers[min(tries, len(c.answers))-1]
			})
			if !errors.Is(err, c.want) || tries < c.tries-1 || tries > c.tries+1 {
				t.Errorf("%s: %v after %d attempts", name, err, tries)
			}
		}
	})
}

// lockedOut returns the error that SQLite gives to the second of two writers.
func lockedOut(t *testing.T) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	var err error
	for range 2 {
		db, opened := sql.Open("sqlite", "file:"+path)
		if opened != nil {
			t.Fatal(opened)
		}
		defer db.Close()
		var conn *sql.Conn
		if conn, opened = db.Conn(t.Context()); opened != nil {
			t.Fatal(opened)
		}
		defer conn.Close()
		_, err = conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	}
	if err == nil {
		t.Fatal("two transactions at once")
	}
	return fmt.Errorf("look at the schema: %w", err)
}
