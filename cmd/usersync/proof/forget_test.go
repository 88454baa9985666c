package proof

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProofForgetCrash: after an erasure was killed while writing, a second call finishes
// it: no trace of the person is left, and everything else still adds up.
func TestProofForgetCrash(t *testing.T) {
	overlap(t)
	points := map[string][]int{"renameat": {1, 3}, "fsync": {3}, "pwrite64": {1, 8}, "write": {9}, "unlinkat": {1}}
	if *full {
		points = map[string][]int{"renameat": upTo(12, 1), "fsync": upTo(24, 1), "pwrite64": upTo(60, 1), "write": upTo(60, 1), "unlinkat": upTo(6, 1), "fdatasync": upTo(6, 1), "openat": upTo(120, 3)}
	}
	for call, places := range points {
		for _, n := range places {
			t.Run(fmt.Sprintf("%s %d", call, n), func(t *testing.T) {
				t.Parallel()
				forgetKilledAt(t, call, n)
			})
		}
	}
}

// erasedID occurs in no other text.
const erasedID = "u-0000007"

func forgetKilledAt(t *testing.T, call string, n int) {
	nights := newNights(t, "refuse:id="+erasedID+"/update")
	flags := []string{"--config", nights.config}
	nights.run(t, append(flags, write(t, 20, validRow))...).wantExit(t, 0)
	nights.run(t, append(flags, write(t, 20, otherRow))...).wantExit(t, 3) // it is in the rejects as well
	forget := append([]string{"ledger", "forget", erasedID, "--runs-dir", nights.runs}, flags...)
	if len(holding(t, nights.site)) < 4 {
		t.Fatal("too few files hold the person")
	}
	under := []string{"strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
	died := killed(t, nights.command(t, under, forget...).wait(t))
	second := nights.command(t, nil, forget...).wait(t)
	if gone := second.exit == 2 && strings.Contains(second.stderr, "this id is not in the ledger"); second.exit != 0 && !gone {
		t.Errorf("the second call: exit %d\n%s", second.exit, second.stderr)
	}
	if left := holding(t, nights.site); len(left) > 0 {
		t.Errorf("the person is still in %v", left)
	}
	for _, dir := range nights.dirs(t) {
		verify(t, nights.site, execution{dir: dir})
		if names, err := filepath.Glob(filepath.Join(dir, "*.anew")); err != nil || len(names) > 0 {
			t.Errorf("left over: %v %v", names, err)
		}
	}
	if rows := (execution{dir: nights.dirs(t)[0]}).results(t); len(rows) != 20 {
		t.Errorf("%d outcomes of 20 records", len(rows))
	}
	third := nights.command(t, nil, forget...).wait(t)
	third.wantExit(t, 2)
	nights.run(t, append(flags, write(t, 20, otherRow))...)
	if s := nights.api.state(t); s.Users != 20 {
		t.Errorf("the API holds %d users", s.Users)
	}
	t.Logf("killed: %t, second call: %d %s", died, second.exit, second.stdout)
}

// holding lists the files below the runs directory that hold the person.
func holding(t *testing.T, s site) (names []string) {
	t.Helper()
	err := filepath.WalkDir(s.runs, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(erasedID)) || bytes.Contains(text, []byte("u7@example")) {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
