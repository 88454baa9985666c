package ledger

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/user"
)

// An import for which the disk has no room imports nothing, rows that recur included.
func TestFullImportLeavesNothing(t *testing.T) {
	a := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db")})
	lock(t, a)
	var all []Entry
	for i := range 900 {
		all = append(all, Entry{ID: fmt.Sprint("user", i), State: user.Present, Record: i + 1})
	}
	save(t, a, all...)
	meets(t, a, "run-1", RunFinished, MetRow{ID: "user7", Hash: 1}, MetRow{ID: "", Hash: 9})
	var export bytes.Buffer
	if err := a.Admin().Export(t.Context(), &export); err != nil {
		t.Fatal(err)
	}

	b := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db")})
	lock(t, b)
	var pages int
	if err := b.entries.DB.Write.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := b.entries.DB.Write.ExecContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages+8)); err != nil {
		t.Fatal(err)
	}
	_, err := b.Admin().Import(t.Context(), &export)
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatal(err)
	}
	if runs := runsOf(t, b); len(runs) > 0 {
		t.Errorf("after a failed import (%v) the ledger holds %v", err, runs)
	}
	if k := find(t, b, "user0"); k[0].State != user.Absent {
		t.Errorf("%+v", k)
	}
}
