package reader

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"usersync/sync/user"
)

// Ids are remembered for longer than records, and keep nothing of the rest of their rows.
func TestIDsAreApart(t *testing.T) {
	const rows, width = 4000, 800
	name := strings.Repeat("x", width)
	for format, row := range map[string]string{CSV: "u%04d," + name + "\n", JSONL: `{"id":"u%04d","name":"` + name + "\"}\n"} {
		var text strings.Builder
		if format == CSV {
			text.WriteString("id,name\n")
		}
		for i := range rows {
			fmt.Fprintf(&text, row, i)
		}
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text.String()), Format: format, Op: user.Upsert})
		if err != nil {
			t.Fatal(err)
		}
		before, ids := inUse(), make([]string, 0, rows)
		for rec, err := range in.Records() {
			if err != nil || rec.Err != nil {
				t.Fatal(err, rec.Err)
			}
			ids = append(ids, rec.User.ID)
		}
		if kept := inUse() - before; kept > rows*width/2 || len(ids) != rows {
			t.Errorf("%s: %d ids keep %d bytes", format, len(ids), kept)
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		runtime.KeepAlive(ids)
	}
}

// inUse is how much of the heap is in use, in bytes.
func inUse() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
