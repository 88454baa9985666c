package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is on the disk when the ledger says so: results and rejects are synced
// before the ledger's transaction, and before they get their final names. After a
// power loss the ledger is then never ahead of the results.
func TestProofResultsAreSyncedBeforeTheLedger(t *testing.T) {
	overlap(t)
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("this needs strace (Debian package strace), which make deps installs")
	}
	dir := t.TempDir()
	input, trace := filepath.Join(dir, "users.csv"), filepath.Join(dir, "trace")
	if err := os.WriteFile(input, []byte("id,enrolled_rewards\nu-1,CARDLINKED\nu-2,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("strace", "-f", "-y", "-qqq", "-o", trace, "-e", "trace=fsync,fdatasync,renameat,renameat2",
		program, "run", "--to", "kard", "--sandbox", "--runs-dir", filepath.Join(dir, "runs"), input)
	out, err := run.CombinedOutput()
	if run.ProcessState == nil || run.ProcessState.ExitCode() != 3 { // the second row has no programs
		t.Fatalf("%v\n%s", err, out)
	}
	events := synced(t, trace)
	last := func(name string) int {
		reversed := slices.Clone(events)
		slices.Reverse(reversed)
		return len(events) - 1 - slices.Index(reversed, name)
	}
	for _, file := range []string{"results.csv", "rejects.csv"} {
		sync, name := slices.Index(events, "sync "+file), slices.Index(events, "name "+file)
		if sync < 0 || name < 0 || sync > name {
			t.Errorf("%s is synced at %d and gets its name at %d\n%s", file, sync, name, strings.Join(events, "\n"))
		}
		if ledger := last("sync ledger.db-wal"); ledger < sync {
			t.Errorf("%s is synced at %d, after the ledger at %d\n%s", file, sync, ledger, strings.Join(events, "\n"))
		}
	}
}

var (
	syncCall = regexp.MustCompile(`f(?:data)?sync\(\d+<([^>]*)>`)
	nameCall = regexp.MustCompile(`renameat2?\(.*"([^"]+)"`)
)

// synced lists the files that were synced and named, in order, without .partial.
func synced(t *testing.T, trace string) (events []string) {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if m := syncCall.FindStringSubmatch(line); m != nil {
			events = append(events, "sync "+strings.TrimSuffix(filepath.Base(m[1]), ".partial"))
		} else if m := nameCall.FindStringSubmatch(line); m != nil {
			events = append(events, "name "+filepath.Base(m[1]))
		}
	}
	return events
}
