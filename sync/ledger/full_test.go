package ledger

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"usersync/sync/user"
)

// A checkpoint for which the disk has no room leaves the ledger as it was, says just that, and can
// be saved once there is room.
func TestLedgerIsFull(t *testing.T) {
	l := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db")})
	lock(t, l)
	save(t, l, entriesUpTo(10)...)
	limitPages(t, l, 40)
	all := entriesUpTo(2000)
	err := l.Save(t.Context(), Checkpoint{Run: "run-1", Record: 2000}, all)
	if err == nil || !strings.Contains(err.Error(), "full") || strings.Contains(err.Error(), "rollback") {
		t.Error(err)
	}
	if k := find(t, l, "user9", "user10"); k[0].Record != 19 || k[1].State != user.Absent {
		t.Errorf("after the failed checkpoint: %+v", k)
	}
	limitPages(t, l, 1<<30)
	save(t, l, all...)
	for i, k := range find(t, l, ids(all)...) {
		if k.Row != int64(i)+1 || k.Record != all[i].Record {
			t.Fatalf("%s is in row %d of record %d, want row %d of record %d", all[i].ID, k.Row, k.Record, i+1, all[i].Record)
		}
	}
}

// An import for which the disk has no room imports nothing, rows that recur included.
func TestFullImportLeavesNothing(t *testing.T) {
	a := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "ledger.db")})
	lock(t, a)
	save(t, a, entriesUpTo(900)...)
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
	limitPages(t, b, pages+8)
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

func limitPages(t *testing.T, l *Ledger, pages int) {
	t.Helper()
	if _, err := l.entries.DB.Write.ExecContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
		t.Fatal(err)
	}
}
