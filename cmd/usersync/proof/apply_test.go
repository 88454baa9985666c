package proof

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// TestProofApplyCrash: after apply was killed at any moment, the same command or resume
// completes the plan exactly, and applies it to no user twice.
func TestProofApplyCrash(t *testing.T) {
	overlap(t)
	for n := range size(4, 60) {
		mode := []string{"upsert", "mirror"}[n%2]
		t.Run(fmt.Sprintf("%s %d", mode, n), func(t *testing.T) {
			t.Parallel()
			faults := [][]string{nil, nil, {"500:2%@after", "lost:2%", "reset:1%"}}[n%3]
			c := newCrash(t, mode, faults)
			c.records = size(240, 3_000)
			c.flags = []string{"--config", c.config, "--mode", mode, "--workers", "4", "--batch-size", "5", "--max-delete", "50%"}
			c.run(t, c.with(packed(t, write(t, c.records, validRow)))...).wantExit(t, 0)
			p := c.plan(t)
			random, kills, ended := rand.New(rand.NewPCG(uint64(n), 13)), 0, false
			for range 1 + random.IntN(3) {
				u := c.command(t, nil, "apply", p.path)
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(c.longApply()))), u.kill)
				ended = !killed(t, u.wait(t)) || applied(t, c.newest(t))
				if timer.Stop(); ended { // the kill was too late
					break
				}
				kills++
			}
			resumed := !ended && n%4 > 1 && c.resume(t)
			o := execution{dir: c.newest(t)}
			if !ended && !resumed {
				o = c.command(t, nil, "apply", p.path).wait(t)
				o.wantExit(t, 0)
			}
			p.done(t, c, o)
			calls := c.api.state(t).Calls
			c.command(t, nil, "apply", p.path).wait(t).wantExit(t, 2)
			if n := c.api.state(t).Calls - calls; n > 0 {
				t.Errorf("a second apply made %d calls", n)
			}
			t.Logf("%d kills, resumed: %t, %d calls planned", kills, resumed, len(p.op))
		})
	}
}

// TestProofApplyWritePoints: killed at a system call that writes, also before its journal
// has a first line, apply completes the plan when it is started again.
func TestProofApplyWritePoints(t *testing.T) {
	overlap(t)
	points := map[string][]int{"fsync": {5, 6, 7, 8}, "pwrite64": {8, 40}}
	if *full {
		points = map[string][]int{"fsync": upTo(60, 1), "pwrite64": upTo(300, 5), "write": upTo(400, 7), "mkdirat": {1, 2}}
	}
	for call, places := range points {
		for i, n := range places {
			mode := []string{"upsert", "mirror"}[i%2]
			t.Run(fmt.Sprintf("%s %s %d", mode, call, n), func(t *testing.T) {
				t.Parallel()
				c := newCrash(t, mode, nil)
				c.records = 30
				c.flags = []string{"--config", c.config, "--mode", mode, "--workers", "4", "--batch-size", "5", "--max-delete", "50%"}
				c.run(t, c.with(packed(t, write(t, c.records, validRow)))...).wantExit(t, 0)
				p := c.plan(t)
				under := []string{"strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
				died := killed(t, c.command(t, under, "apply", p.path).wait(t))
				if dir := c.newest(t); died && !applied(t, dir) {
					o := c.command(t, nil, "apply", p.path).wait(t)
					o.wantExit(t, 0)
					p.done(t, c, o)
				} else {
					p.done(t, c, execution{dir: dir})
				}
				t.Logf("killed: %t, %d calls planned", died, len(p.op))
			})
		}
	}
}

// applied reports whether a run has applied a plan completely: it is finished once it has
// its summary, and a kill after that leaves nothing to do.
func applied(t *testing.T, dir string) bool {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "journal"))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	past, err := journal.Read(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	runs, err := rundir.Runs(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	finished := slices.ContainsFunc(runs, func(r rundir.RunInfo) bool { return r.ID == filepath.Base(dir) && r.Finished })
	return past.Header.Plan != nil && (finished || past.Over())
}

// longApply is roughly how long the apply takes.
func (c *crash) longApply() time.Duration {
	return time.Duration(c.records/4) * 7 * time.Millisecond
}

// planned is what a plan holds.
type planned struct {
	path    string
	op      map[string]string // by id, for users with a call
	records int               // of the input
}

// plan plans the second night: a third of the users is no longer in the file, a third
// has changed, and as many are new as are missing.
func (c *crash) plan(t *testing.T) planned {
	t.Helper()
	file := packed(t, write(t, c.records, func(i int) string {
		switch {
		case i%3 == 1:
			return validRow(c.records + i)
		case i%3 == 2:
			return otherRow(i)
		}
		return validRow(i)
	}))
	p := planned{path: filepath.Join(t.TempDir(), "plan.jsonl"), op: map[string]string{}, records: c.records}
	args := append([]string{"plan", "--out", p.path, "--runs-dir", c.runs}, c.with(file)...)
	o := c.command(t, nil, args...).wait(t)
	o.wantExit(t, 0)
	f, err := os.Open(p.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for line := bufio.NewScanner(f); line.Scan(); {
		var l struct{ ID, Op string }
		if err := json.Unmarshal(line.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.ID != "" {
			p.op[l.ID] = l.Op
		}
	}
	return p
}

// done checks that every planned call was made, once, and no other.
func (p planned) done(t *testing.T, c *crash, o execution) {
	t.Helper()
	rows, held := o.results(t), c.api.users(t)
	became := map[string]string{"create": "created", "update": "updated", "delete": "deleted"}
	seen := map[string]bool{}
	for i, r := range rows {
		want := became[p.op[r.id]]
		if want == "" {
			want = "unchanged"
		}
		u := held[r.id]
		if r.record != i+1 || r.outcome != want || u.Created != 1 || u.Held != (want != "deleted") {
			t.Errorf("record %d, %s, is %s %s, planned: %s; created %d times, held: %t", r.record, r.id, r.outcome, r.code, p.op[r.id], u.Created, u.Held)
		}
		if want == "updated" && i%17 == 0 {
			c.checkUser(t, r.id, otherRow(r.record-1))
		}
		seen[r.id] = true
	}
	for id := range p.op {
		if !seen[id] {
			t.Errorf("%s is in the plan and not in the results", id)
		}
	}
	if len(rows) < p.records || o.summary(t).State != "finished" {
		t.Errorf("%d outcomes of %d records: %+v", len(rows), p.records, o.summary(t))
	}
	verify(t, c.site, o)
}
