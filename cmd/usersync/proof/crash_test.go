package proof

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hardFaults are answers that are lost, late or refused.
var hardFaults = []string{"500:2%@after", "lost:2%", "reset:1%", "reset:1%@after", "refuse:1%"}

// crash is a run that is killed, and the runs after it.
type crash struct {
	site
	api     *sandbox
	config  string
	mode    string
	faulty  bool
	file    string
	records int
	flags   []string
}

func newCrash(t *testing.T, mode string, faults []string) *crash {
	flags := []string{"--latency", "5ms", "--seed", fmt.Sprint(len(t.Name()))}
	for _, f := range faults {
		flags = append(flags, "--fault", f)
	}
	c := &crash{site: newSite(t), api: startSandbox(t, flags...), mode: mode, faulty: len(faults) > 0, records: size(5_000, 20_000)}
	c.config = c.api.config(t)
	c.file = write(t, c.records, validRow)
	// A run that begins after the killed one was complete finds that every user exists.
	c.flags = []string{"--config", c.config, "--mode", mode, "--workers", "4", "--max-errors", "100%"}
	if !*full { // long enough for two checkpoints, despite few records
		c.flags = append(c.flags, "--batch-size", "25", "--rate", "100/s")
	}
	return c
}

func (c *crash) with(file string) []string { return append(slices.Clone(c.flags), file) }

// oneByOne uses fewer users, for an API that updates one user per call.
func (c *crash) oneByOne(t *testing.T) {
	c.records = size(600, 5_000)
	c.file = write(t, c.records, validRow)
	c.flags = []string{"--config", c.config, "--mode", c.mode, "--workers", "8", "--batch-size", "2", "--max-errors", "100%"}
}

// killAt starts a run and kills it after some time; false if it ended before.
func (c *crash) killAt(t *testing.T, after time.Duration, file string) bool {
	t.Helper()
	u := c.begin(t, nil, c.with(file)...)
	time.AfterFunc(after, u.kill)
	o := u.wait(t)
	return killed(t, o)
}

func killed(t *testing.T, o execution) bool {
	t.Helper()
	switch o.exit {
	case -1, 128 + int(syscall.SIGKILL): // the second one from strace
		return true
	case 0, 3:
		return false
	}
	t.Fatalf("exit %d\n%s", o.exit, o.stderr)
	return false
}

// settle runs to the end, and checks the result.
func (c *crash) settle(t *testing.T, file string, row func(int) string) execution {
	t.Helper()
	o := c.run(t, c.with(file)...)
	if o.exit != 0 && !(c.faulty && o.exit == 3) {
		t.Fatalf("exit %d\n%s", o.exit, o.stderr)
	}
	c.checkComplete(t, o)
	c.checkHeld(t, o, row)
	return o
}

// settleFirst is settle for an API that was empty before: every user that the API does
// not refuse was created by the first run that reached its end. That may be the run to
// kill, if the kill was too late.
func (c *crash) settleFirst(t *testing.T) {
	t.Helper()
	var first execution
	for _, dir := range c.dirs(t) {
		if first.dir == "" && over(dir) {
			first.dir = dir
		}
	}
	if o := c.run(t, c.with(c.file)...); first.dir == "" {
		first = o
	}
	c.checkComplete(t, first)
	c.checkHeld(t, first, validRow)
	for _, r := range first.results(t) {
		if r.outcome != "created" && !(c.faulty && r.outcome == "refused" && r.code != "exists") {
			t.Fatalf("the API was empty before, and record %d has the outcome %s %s", r.record, r.outcome, r.code)
		}
	}
}

// resume resumes the newest run by name, if it can be resumed.
func (c *crash) resume(t *testing.T) bool {
	t.Helper()
	dir := c.newest(t)
	if info, err := os.Stat(filepath.Join(dir, "journal")); err != nil || info.Size() == 0 || over(dir) {
		return false
	}
	var failed *exec.ExitError
	out, err := exec.Command(program, "resume", dir).CombinedOutput()
	if err != nil && !(c.faulty && errors.As(err, &failed) && failed.ExitCode() == 3) {
		t.Fatalf("resume: %v\n%s", err, out)
	}
	if !over(dir) {
		t.Errorf("resumed, but not finished:\n%s", out)
	}
	return true
}

// over reports whether a run has written all its files.
func over(dir string) bool {
	partial, err := filepath.Glob(filepath.Join(dir, "*.partial"))
	_, missing := os.Stat(filepath.Join(dir, "summary.json"))
	return dir != "" && err == nil && missing == nil && len(partial) == 0
}

// checkComplete checks that each record is in the results once, in order.
func (c *crash) checkComplete(t *testing.T, o execution) {
	t.Helper()
	rows := o.results(t)
	if len(rows) != c.records {
		t.Fatalf("%d outcomes of %d records\n%s", len(rows), c.records, o.stderr)
	}
	for i, r := range rows {
		if r.record != i+1 {
			t.Fatalf("outcome %d is of record %d", i+1, r.record)
		}
	}
	n := count(rows)
	if n["in_doubt"]+n["failed"]+n["invalid"] > 0 || (!c.faulty && n["refused"] > 0) {
		t.Errorf("outcomes: %v\n%s", n, o.stderr)
	}
	if s := o.summary(t); s.State != "finished" || s.SettledUpTo != c.records {
		t.Errorf("summary: %+v", s)
	}
	verify(t, c.site, o)
}

// checkHeld checks that the API holds what the file and the outcomes say.
func (c *crash) checkHeld(t *testing.T, o execution, row func(int) string) {
	t.Helper()
	rows, held := o.results(t), c.api.users(t)
	for i, r := range rows {
		u := held[r.id]
		if u.Created > 1 || u.Deleted > 0 {
			t.Errorf("%s was created %d times and deleted %d times", r.id, u.Created, u.Deleted)
		}
		if r.outcome != "refused" && !u.Held {
			t.Errorf("%s is %s, but the API does not hold it", r.id, r.outcome)
		}
		if r.outcome != "refused" && i%97 == 0 {
			c.checkUser(t, r.id, row(i))
		}
	}
}

// checkUser checks that the API holds the values of a row.
func (c *crash) checkUser(t *testing.T, id, row string) {
	t.Helper()
	cells := strings.Split(row, ",")
	u := c.api.user(t, id)
	if got := fmt.Sprint(u.Attributes["email"]); cells[0] != id || got != cells[1] {
		t.Errorf("%s has %s, and the file says %s", id, got, row)
	}
}

// checkIdle checks that another run has nothing to do.
func (c *crash) checkIdle(t *testing.T, file string) {
	t.Helper()
	before := c.api.state(t).Calls
	o := c.run(t, c.with(file)...)
	if !c.faulty && c.mode == "upsert" {
		o.wantExit(t, 0)
		if n := count(o.results(t)); n["unchanged"] != c.records {
			t.Errorf("the night after: %v", n)
		}
	}
	if calls := c.api.state(t).Calls - before; !c.faulty && calls > 0 {
		t.Errorf("the night after, %d calls", calls)
	}
}

// verify runs usersync verify on a run.
func verify(t *testing.T, s site, o execution) {
	t.Helper()
	if help, err := exec.Command(program, "help").Output(); err != nil || !strings.Contains(string(help), "\n  verify ") {
		return // this build has no such command
	}
	if out, err := exec.Command(program, "verify", "--runs-dir", s.runs, o.dir).CombinedOutput(); err != nil {
		t.Errorf("verify %s: %v\n%s", o.dir, err, out)
	}
}

// TestProofCrash: after a run was killed at any moment, once or several times, the next
// run completes it correctly.
func TestProofCrash(t *testing.T) {
	overlap(t)
	for _, mode := range []string{"upsert", "create"} {
		for name, faults := range map[string][]string{"quiet": nil, "faulty": hardFaults} {
			for n := range size(3, 50) {
				t.Run(fmt.Sprintf("%s %s %d", mode, name, n), func(t *testing.T) {
					t.Parallel()
					crashAtRandom(t, newCrash(t, mode, faults), uint64(n))
				})
			}
		}
	}
}

func crashAtRandom(t *testing.T, c *crash, seed uint64) {
	random := rand.New(rand.NewPCG(seed, uint64(len(t.Name()))))
	kills := 0
	for range 1 + random.IntN(3) {
		if !c.killAt(t, time.Duration(random.Int64N(int64(c.long()))), c.file) {
			break
		}
		kills++
	}
	resumed := seed%2 == 1 && c.resume(t)
	c.settleFirst(t)
	c.checkIdle(t, c.file)
	t.Logf("%d kills, resumed: %t", kills, resumed)
}

// long is roughly how long a whole run takes.
func (c *crash) long() time.Duration {
	return time.Duration(size(2500, 1200)) * time.Millisecond
}

// otherRow is the same user on another day.
func otherRow(i int) string { return strings.Replace(validRow(i), "@example.com", "@example.org", 1) }

// TestProofCrashOtherInput: a run with another input absorbs what the killed run has done.
func TestProofCrashOtherInput(t *testing.T) {
	overlap(t)
	for n := range size(4, 40) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, "upsert", [][]string{nil, hardFaults}[n%2])
			c.oneByOne(t)
			other := write(t, c.records, otherRow)
			random := rand.New(rand.NewPCG(uint64(n), 7))
			first := c.killAt(t, time.Duration(random.Int64N(int64(c.long()))), c.file)
			second := c.killAt(t, time.Duration(random.Int64N(int64(c.long()))), other)
			c.settle(t, c.file, validRow) // the oldest version comes last, and must win
			c.settle(t, other, otherRow)
			c.checkIdle(t, other)
			t.Logf("killed: %t and %t", first, second)
		})
	}
}

// TestProofCrashChangedInput: a file that changed after the part that was written is
// another file.
func TestProofCrashChangedInput(t *testing.T) {
	overlap(t)
	for n := range size(3, 20) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, "upsert", nil)
			c.oneByOne(t)
			c.killAt(t, time.Duration(n+1)*c.long()/time.Duration(size(4, 21)), c.file)
			text, err := os.ReadFile(write(t, c.records, otherRow))
			if err != nil {
				t.Fatal(err)
			}
			was, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			cut := len(text) / 2
			if err := os.WriteFile(c.file, append(was[:cut:cut], text[cut:]...), 0o600); err != nil {
				t.Fatal(err)
			}
			o := c.run(t, c.with(c.file)...)
			o.wantExit(t, 0)
			c.checkComplete(t, o)
			c.checkHeld(t, o, func(i int) string {
				if i < c.records/2 {
					return validRow(i)
				}
				return otherRow(i)
			})
			c.checkIdle(t, c.file)
		})
	}
}

// TestProofWritePoints: kill -9 at the nth system call of each kind that writes, syncs or
// renames: journal, API calls, ledger, and finished files.
func TestProofWritePoints(t *testing.T) {
	overlap(t)
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("this needs strace (Debian package strace), which make deps installs")
	}
	points := map[string][]int{
		"write": {4, 40, 90}, "pwrite64": {3, 60, 150}, "fsync": {1, 3, 5, 8}, "fdatasync": {1},
		"renameat": {1, 2, 3}, "ftruncate": {1}, "unlinkat": {1},
	}
	if *full {
		points["write"], points["pwrite64"], points["fsync"] = upTo(300, 7), upTo(400, 9), upTo(40, 1)
	}
	for call, places := range points {
		for i, n := range places {
			mode := []string{"upsert", "create"}[i%2]
			t.Run(fmt.Sprintf("%s %s %d", mode, call, n), func(t *testing.T) {
				t.Parallel()
				c := newCrash(t, mode, nil)
				under := []string{"strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=" + call,
					"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
				died := killed(t, c.begin(t, under, c.with(c.file)...).wait(t))
				again := killed(t, c.begin(t, under, c.with(c.file)...).wait(t))
				c.settleFirst(t)
				c.checkIdle(t, c.file)
				t.Logf("killed: %t, and the next one: %t", died, again)
			})
		}
	}
}

func upTo(last, step int) (all []int) {
	for n := 1; n <= last; n += step {
		all = append(all, n)
	}
	return all
}
