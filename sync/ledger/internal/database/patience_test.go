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

// A database that another process has locked is waited for, and not for ever; no
// other error is.
func TestPatiently(t *testing.T) {
	busy := lockedOut(t)
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answers []error // of one try after the other, the last for all that follow
			tries   int
			want    error
		}{
			"free":             {[]error{nil}, 1, nil},
			"free after a few": {[]error{busy, busy, nil}, 3, nil},
			"another error":    {[]error{busy, broken}, 2, broken},
			"never free":       {[]error{busy}, 101, busy},
		} {
			tries := 0
			err := Patiently(t.Context(), func(context.Context) error {
				tries++
				return c.answers[min(tries, len(c.answers))-1]
			})
			if !errors.Is(err, c.want) || tries < c.tries-1 || tries > c.tries+1 {
				t.Errorf("%s: %v after %d tries", name, err, tries)
			}
		}
	})
}

// lockedOut is what SQLite says to whoever comes second.
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
