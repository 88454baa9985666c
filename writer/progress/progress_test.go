package progress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"usersync/sync/user"
	"usersync/writer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func settle(t *testing.T, w writer.Writer, status user.Status, n int) {
	t.Helper()
	for range n {
		if err := w.Write(user.Outcome{Record: &user.Record{}, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
}

// pass lets time pass, and everything in it happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestProgressIsSaid: a log that is data gets the lines and nothing more, and Say may write through
// Above.
func TestProgressThroughSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var p *Progress
		p = New(&out, Options{Say: func(line string) { fmt.Fprintf(p.Above(), "{%q}\n", line) }})
		p.Start(Source{})
		settle(t, p, user.Created, 150)
		pass(31 * time.Second)
		if err := p.Stop(); err != nil || out.String() != "{\"150 users in 30s, 5/s\"}\n" {
			t.Errorf("got %q, %v", out.String(), err)
		}
	})
}

// TestProgressShowsCalls: a run without settled users is not dead.
func TestProgressShowsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := New(&out, Options{})
		p.Start(Source{Calls: func() int { return 1312 }})
		pass(31 * time.Second)
		if err := p.Stop(); err != nil || out.String() != "usersync: 0 users, 1,312 calls in 30s, 0/s\n" {
			t.Errorf("got %q, %v", out.String(), err)
		}
	})
}

func TestProgressInALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var note atomic.Value
		note.Store("")
		p := New(&out, Options{})
		p.Start(Source{Note: func() string { return note.Load().(string) }})
		settle(t, p, user.Created, 1499)
		settle(t, p, user.InDoubt, 1)
		pass(31 * time.Second)
		settle(t, p, user.Refused, 1500)
		note.Store("paused for 4s more: Retry-After")
		pass(30 * time.Second)
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		want := "usersync: 1,500 users in 30s, 50/s, 1 in doubt\n" +
			"usersync: paused for 4s more: Retry-After; 3,000 users in 1m0s, 50/s, 1,500 refused, 1 in doubt\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestShortRunLogsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := New(&out, Options{})
		p.Start(Source{})
		pass(29 * time.Second)
		if err := p.Stop(); err != nil || out.Len() > 0 {
			t.Errorf("%v, %q", err, &out)
		}
	})
}

func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := New(&out, Options{Terminal: true, Width: func() int { return 20 }})
		p.Start(Source{})
		settle(t, p, user.Created, 100)
		pass(250 * time.Millisecond)
		if got := out.String(); got != "100 users in 0s, 50" {
			t.Errorf("first line %q, want 19 characters and no line end", got)
		}
		fmt.Fprintln(p.Above(), "a log line")
		pass(200 * time.Millisecond)
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a log line", ""}, screen(out.String())); diff != "" {
			t.Errorf("what stays on the screen:\n%s", diff)
		}
	})
}

// screen returns the lines that a terminal shows after everything was written.
func screen(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = lines[i][strings.LastIndex(lines[i], eraseLine)+1:]
		lines[i] = strings.TrimPrefix(lines[i], eraseLine[1:])
	}
	return lines
}

func TestSpeedFollows(t *testing.T) {
	start := time.Now()
	s, settled, now := newSpeed(start), 0, start
	for range 50 {
		now, settled = now.Add(time.Second), settled+1000
		if got := s.at(now, settled); got != 1000 {
			t.Fatalf("at a steady 1000/s: %d", got)
		}
	}
	for range len(s.samples) {
		now = now.Add(time.Second)
		s.at(now, settled)
	}
	if got := s.at(now.Add(time.Second), settled); got != 0 {
		t.Errorf("when nothing moves: %d", got)
	}
}

func TestBrokenStderrIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(full{}, Options{Terminal: true})
		p.Start(Source{})
		pass(time.Second)
		if err := p.Stop(); !errors.Is(err, errFull) {
			t.Errorf("Stop = %v", err)
		}
	})
}

func TestStopWithoutStart(t *testing.T) {
	if err := New(io.Discard, Options{}).Stop(); err != nil {
		t.Error(err)
	}
}

func BenchmarkProgress(b *testing.B) {
	b.ReportAllocs()
	p := New(io.Discard, Options{})
	o := user.Outcome{Record: &user.Record{}, Status: user.Created}
	for b.Loop() {
		if err := p.Write(o); err != nil {
			b.Fatal(err)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
