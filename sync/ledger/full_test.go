package ledger

import (
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
	limit := func(pages int) {
		t.Helper()
		if _, err := l.entries.DB.Write.ExecContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(40)
	all := entriesUpTo(2000)
	err := l.Save(t.Context(), Checkpoint{Run: "run-1", Record: 2000}, all)
	if err == nil || !strings.Contains(err.Error(), "full") || strings.Contains(err.Error(), "rollback") {
		t.Error(err)
	}
	if k := find(t, l, "user9", "user10"); k[0].Record != 19 || k[1].State != user.Absent {
		t.Errorf("after the failed checkpoint: %+v", k)
	}
	limit(1 << 30)
	save(t, l, all...)
	for i, k := range find(t, l, ids(all)...) {
		if k.Row != int64(i)+1 || k.Record != all[i].Record {
			t.Fatalf("%s is in row %d of record %d, want row %d of record %d", all[i].ID, k.Row, k.Record, i+1, all[i].Record)
		}
	}
}
