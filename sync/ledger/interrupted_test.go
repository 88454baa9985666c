package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"usersync/sync/user"
)

// A checkpoint that is interrupted anywhere is saved as a whole or not at all. A server may commit
// after the client has given up.
func TestInterruptedSave(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		saved := 0
		for i := range 40 {
			var all []Entry
			for k := range 400 {
				all = append(all, Entry{ID: fmt.Sprint("u", i, "-", k), State: user.Present, Record: k + 1})
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*300)*time.Microsecond)
			err := l.Save(ctx, Checkpoint{Run: "run-1", Record: 400}, all)
			cancel()
			n := 0
			for _, k := range find(t, l, ids(all)...) {
				if k.State == user.Present {
					n++
				}
			}
			if n != 0 && n != 400 || err == nil && n != 400 {
				t.Fatalf("%d of 400 are saved: %v", n, err)
			}
			if n == 400 {
				saved++
			}
		}
		var count, most int
		if err := l.entries.DB.Read.QueryRowContext(t.Context(), `SELECT count(*), COALESCE(max(num), 0) % 1099511627776 FROM usersync_entry`).Scan(&count, &most); err != nil || count < saved*400 || count%400 != 0 || most != count {
			t.Error(count, most, saved, err)
		}
	})
}
