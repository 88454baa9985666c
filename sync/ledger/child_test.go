package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// child is what a child process of the tests does. They often kill it.
func child(action string) {
	ctx := context.Background()
	key, err := fingerprint.ParseKey(os.Getenv("LEDGER_KEY"))
	if err != nil {
		panic(err)
	}
	term, err := time.ParseDuration(os.Getenv("LEDGER_TERM"))
	if err != nil {
		panic(err)
	}
	l, err := Open(ctx, Options{URL: os.Getenv("LEDGER_URL"), Key: key, Scope: "s", Term: term, Timeout: term})
	if err != nil {
		panic(err)
	}
	lease, err := l.Lock(ctx, "child", 0)
	if err != nil {
		fmt.Println("locked out:", err)
		return
	}
	fmt.Println("locked")
	switch action {
	case "save":
		saveForever(ctx, l)
	case "sleep":
		bufio.NewReader(os.Stdin).ReadString('\n')
		err := l.Save(ctx, Checkpoint{Run: "child", Record: 99}, []Entry{{ID: "late", State: user.Present}})
		fmt.Println("fenced:", errors.Is(err, ErrFenced), "valid:", lease.Check() == nil)
		fmt.Println("intent fenced:", errors.Is(l.RecordIntent(ctx, "child", []Entry{{ID: "late"}}), ErrFenced))
	}
}

// saveForever saves checkpoints, each of 10 more users than the last, with its number in
// every user, so that a mixture of two checkpoints shows.
func saveForever(ctx context.Context, l *Ledger) {
	for n := 1; ; n++ {
		entries := make([]Entry, 0, 10*n)
		for i := range 10 * n {
			entries = append(entries, Entry{ID: strconv.Itoa(i), State: user.Present, Record: n})
		}
		if err := l.Save(ctx, Checkpoint{Run: "child", Record: n}, entries); err != nil {
			panic(err)
		}
		fmt.Println("saved", n)
	}
}

// process is a child process.
type process struct {
	*exec.Cmd
	out *bufio.Scanner
	in  *os.File
}

func startChild(t *testing.T, action, url string, term time.Duration) *process {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "LEDGER_CHILD="+action, "LEDGER_URL="+url, "LEDGER_KEY="+strings.TrimSpace(testKey.Text()), "LEDGER_TERM="+term.String())
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdin = read
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait(); read.Close(); write.Close() })
	return &process{c, bufio.NewScanner(out), write}
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	if !p.out.Scan() {
		t.Fatal("the child has ended:", p.out.Err())
	}
	return p.out.Text()
}

func TestKillLeavesNoPartialCheckpoint(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		for range 12 {
			saved := killWhileSaving(t, url)
			l := open(t, Options{URL: url, Scope: "s"})
			if _, err := l.Lock(t.Context(), "parent", 20*time.Second); err != nil { // waits for a commit in progress
				t.Fatal(err)
			}
			m, ok, err := l.LastCheckpoint(t.Context(), "child")
			if err != nil || !ok || m.Record < saved {
				t.Fatalf("checkpoint %d was reported, the ledger has %d, %v", saved, m.Record, err)
			}
			checkComplete(t, l, m.Record)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// killWhileSaving returns the last checkpoint that the child reported.
func killWhileSaving(t *testing.T, url string) int {
	t.Helper()
	p := startChild(t, "save", url, 100*time.Millisecond)
	for p.line(t) != "saved 3" {
		if strings.HasPrefix(p.out.Text(), "locked out") {
			p = startChild(t, "save", url, 100*time.Millisecond)
		}
	}
	timer := time.AfterFunc(rand.N(60*time.Millisecond), func() { p.Process.Kill() })
	defer timer.Stop()
	saved := 3
	for p.out.Scan() {
		saved, _ = strconv.Atoi(strings.TrimPrefix(p.out.Text(), "saved "))
	}
	return saved
}

// checkComplete checks that the first 10n users are all from checkpoint n. Users after
// them are from an earlier child.
func checkComplete(t *testing.T, l *Ledger, n int) {
	t.Helper()
	for r, err := range l.Rows(t.Context(), "default") {
		if err != nil {
			t.Fatal(err)
		}
		k := find(t, l, r.ID)[0]
		if i, _ := strconv.Atoi(r.ID); i < 10*n && k.Record != n {
			t.Fatalf("user %d is from checkpoint %d, the last is %d", i, k.Record, n)
		}
	}
	if k := find(t, l, strconv.Itoa(10*n-1))[0]; k.Record != n {
		t.Fatalf("checkpoint %d is incomplete: %+v", n, k)
	}
}

func TestFrozenRunIsFenced(t *testing.T) {
	url := server.database(t)
	l := open(t, Options{URL: url, Scope: "s", Term: time.Second})
	p := startChild(t, "sleep", url, time.Second)
	if got := p.line(t); got != "locked" {
		t.Fatal(got)
	}
	_, err := l.Lock(t.Context(), "parent", 0)
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.Holder.Run != "child" || held.Holder.PID != p.Process.Pid || time.Since(held.Holder.Since) > time.Minute {
		t.Fatal(err)
	}
	freeze(t, p)
	lease, err := l.Lock(t.Context(), "parent", 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	wake(t, p)
	if got := p.line(t); got != "fenced: true valid: false" {
		t.Error(got)
	}
	if got := p.line(t); got != "intent fenced: true" {
		t.Error(got)
	}
	save(t, l, Entry{ID: "x", State: user.Present})
	if k := find(t, l, "late", "x"); k[0].State != user.Absent || k[1].State != user.Present || lease.Check() != nil {
		t.Errorf("%+v", k)
	}
}

func TestDeadProcessHoldsNoLock(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "l.entries.DB")
	p := startChild(t, "sleep", url, 0)
	if got := p.line(t); got != "locked" {
		t.Fatal(got)
	}
	l := open(t, Options{URL: url, Scope: "s"})
	_, err := l.Lock(t.Context(), "parent", 0)
	if held, ok := errors.AsType[*HeldError](err); !ok || held.Holder.Run != "child" || held.Holder.PID != p.Process.Pid {
		t.Fatal(err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	lock(t, l)
	save(t, l, Entry{ID: "x", State: user.Present})
}
