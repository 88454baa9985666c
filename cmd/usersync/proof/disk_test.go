package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProofDiskFull: without room for the results, the journal or the ledger, the run
// says so and exits 5. Once there is room, the next run finishes correctly.
func TestProofDiskFull(t *testing.T) {
	overlap(t)
	for _, limit := range []int{1, 100, 200, 300, 450, 700, 1000} { // KiB per file; the ledger grows fastest
		t.Run(fmt.Sprintf("files of %d KiB", limit), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, "upsert", nil)
			c.flags = []string{"--config", c.config, "--workers", "4", "--batch-size", "10"}
			under := []string{"bash", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, limit)}
			c.fill(t, under, "file too large")
		})
	}
	for _, ledger := range []string{"none", "auto"} {
		for _, room := range []int{300, 500, 800, 1100, 1500} { // KiB in all
			t.Run(fmt.Sprintf("a disk of %d KiB, ledger %s", room, ledger), func(t *testing.T) {
				t.Parallel()
				c := newCrash(t, "upsert", nil)
				c.flags = []string{"--config", c.config, "--workers", "4", "--batch-size", "10", "--ledger", ledger}
				// The disk disappears with its namespace, so the script copies its content.
				script := fmt.Sprintf(`mount -t tmpfs -o mode=700,size=%dk none %q && { "$0" "$@"; code=$?; cp -a %q/. %q; exit $code; }`,
					room, c.runs, c.runs, c.runs+".kept")
				mkdir(t, c.runs, c.runs+".kept")
				c.fill(t, []string{"unshare", "-rm", "sh", "-c", script}, "full")
			})
		}
	}
}

func mkdir(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.MkdirAll(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// fill runs with too little room, then with enough.
func (c *crash) fill(t *testing.T, under []string, says string) {
	t.Helper()
	o := c.begin(t, under, c.with(c.file)...).wait(t)
	if kept := c.runs + ".kept"; under[0] == "unshare" {
		if err := os.Remove(c.runs); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(kept, c.runs); err != nil {
			t.Fatal(err)
		}
	}
	if o.exit == 0 {
		t.Logf("there was enough room")
	} else if !strings.Contains(o.stderr, "make room on the disk") {
		t.Errorf("no helpful hint:\n%s", o.stderr)
	} else if o.exit != 5 || !strings.Contains(strings.ToLower(o.stderr), says) && !strings.Contains(o.stderr, "no space left") && !strings.Contains(o.stderr, "disk I/O error") {
		t.Errorf("exit %d, want 5 and why\n%s", o.exit, o.stderr)
	}
	t.Logf("exit %d, %d calls: %s", o.exit, c.api.state(t).Calls, firstLine(o.stderr, "usersync:"))
	c.settleFirst(t)
	leftovers, err := filepath.Glob(filepath.Join(c.newest(t), "*.partial"))
	if err != nil || len(leftovers) > 0 {
		t.Errorf("left over: %v, %v", leftovers, err)
	}
	if c.flags[len(c.flags)-1] != "none" {
		c.checkIdle(t, c.file)
	}
}

func firstLine(text, prefix string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
