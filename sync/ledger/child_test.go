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

// child is what a process does that the tests start, and often kill.
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
	case "mark":
		markForever(ctx, l)
	case "sleep":
		bufio.NewReader(os.Stdin).ReadString('\n')
		err := l.Mark(ctx, Mark{Run: "child", Record: 99}, []Entry{{ID: "late", Standing: user.Present}})
		fmt.Println("fenced:", errors.Is(err, ErrFenced), "valid:", lease.Check() == nil)
		fmt.Println("pend fenced:", errors.Is(l.Pend(ctx, "child", []Entry{{ID: "late"}}), ErrFenced))
	}
}

// markForever marks 10 more users at a time, and notes the count in all of
// them, so that any mixture of two marks shows.
func markForever(ctx context.Context, l *Ledger) {
	for n := 1; ; n++ {
		entries := make([]Entry, 0, 10*n)
		for i := range 10 * n {
			entries = append(entries, Entry{ID: strconv.Itoa(i), Standing: user.Present, Record: n})
		}
		if err := l.Mark(ctx, Mark{Run: "child", Record: n}, entries); err != nil {
			panic(err)
		}
		fmt.Println("marked", n)
	}
}

// process is a child.
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
		t.Fatal("the child is gone:", p.out.Err())
	}
	return p.out.Text()
}

func TestKillLeavesNoHalfMark(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		for range 12 {
			marked := killWhileMarking(t, url)
			l := open(t, Options{URL: url, Scope: "s"})
			if _, err := l.Lock(t.Context(), "parent", 20*time.Second); err != nil { // waits for a commit on its way
				t.Fatal(err)
			}
			m, ok, err := l.LastMark(t.Context(), "child")
			if err != nil || !ok || m.Record < marked {
				t.Fatalf("mark %d was told, the ledger has %d, %v", marked, m.Record, err)
			}
			checkWhole(t, l, m.Record)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// killWhileMarking returns the last mark that the child told of.
func killWhileMarking(t *testing.T, url string) int {
	t.Helper()
	p := startChild(t, "mark", url, 100*time.Millisecond)
	for p.line(t) != "marked 3" {
		if strings.HasPrefix(p.out.Text(), "locked out") {
			p = startChild(t, "mark", url, 100*time.Millisecond)
		}
	}
	timer := time.AfterFunc(rand.N(60*time.Millisecond), func() { p.Process.Kill() })
	defer timer.Stop()
	marked := 3
	for p.out.Scan() {
		marked, _ = strconv.Atoi(strings.TrimPrefix(p.out.Text(), "marked "))
	}
	return marked
}

// checkWhole checks that the first 10n users are all of mark n, and those
// behind them of an earlier child, none ahead of the mark.
func checkWhole(t *testing.T, l *Ledger, n int) {
	t.Helper()
	for r, err := range l.Rows(t.Context(), "default") {
		if err != nil {
			t.Fatal(err)
		}
		k := look(t, l, r.ID)[0]
		if i, _ := strconv.Atoi(r.ID); i < 10*n && k.Record != n {
			t.Fatalf("user %d is of mark %d, the mark is %d", i, k.Record, n)
		}
	}
	if k := look(t, l, strconv.Itoa(10*n-1))[0]; k.Record != n {
		t.Fatalf("mark %d is not whole: %+v", n, k)
	}
}

func TestLateRunIsFencedOff(t *testing.T) {
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
	if got := p.line(t); got != "pend fenced: true" {
		t.Error(got)
	}
	mark(t, l, Entry{ID: "x", Standing: user.Present})
	if k := look(t, l, "late", "x"); k[0].State != user.Absent || k[1].State != user.Present || lease.Check() != nil {
		t.Errorf("%+v", k)
	}
}

func TestDeadProcessHoldsNothing(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "l.db")
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
	mark(t, l, Entry{ID: "x", Standing: user.Present})
}
