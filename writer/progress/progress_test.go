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
	"usersync/sync/visible"
	"usersync/writer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func settle(t *testing.T, w writer.Writer, status user.Status, n int) {
	t.Helper()
	for range n {
		if err := w.Write(&user.Outcome{Record: &user.Record{}, Status: status}); err != nil {
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
		if err := p.Stop(); err != nil || out.String() != "{\"150 users · created 150 · unchanged 0 · rejects 0 · 5/s · in 30s\"}\n" {
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
		if err := p.Stop(); err != nil || out.String() != "usersync: 0 users · created 0 · unchanged 0 · rejects 0 · 0/s · 1,312 calls in 30s\n" {
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
		want := "usersync: 1,500 users · created 1,499 · unchanged 0 · rejects 1 · 50/s · in 30s\n" +
			"usersync: paused for 4s more: Retry-After · 3,000 users · created 1,499 · unchanged 0 · rejects 1,501 · 50/s · in 1m0s\n"
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
		if got := out.String(); got != "100 users · created" {
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

// The line says what matters: how far of how much, what happened, what holds the run up, and
// when it ends. Of a continued run it counts all parts, and the speed of this one.
func TestLine(t *testing.T) {
	count := func(n int) func() int { return func() int { return n } }
	full := Source{Retrying: count(24), Throttled: count(3), Calls: count(1234), Note: func() string { return "" },
		Extent: func() Extent { return Extent{Total: 48_000} }, Before: map[user.Status]int{user.Created: 12_000, user.Invalid: 90, user.InDoubt: 6}}
	for name, c := range map[string]struct {
		source Source
		want   string
	}{
		"all of it":      {full, "12,300/48,000 25.6% · created 12,180 · unchanged 0 · rejects 120 · retrying 24 · 100/s · 429×3 · ETA 5m50s · 1,234 calls in 2s"},
		"nothing known":  {Source{}, "204 users · created 180 · unchanged 0 · rejects 24 · 100/s · in 2s"},
		"by bytes":       {Source{Extent: func() Extent { return Extent{Share: 0.5, Read: 1020} }}, "204 users 10.0% · created 180 · unchanged 0 · rejects 24 · 100/s · ETA 18s · in 2s"},
		"the end":        {Source{Extent: func() Extent { return Extent{Total: 204} }}, "204/204 100.0% · created 180 · unchanged 0 · rejects 24 · 100/s · ETA 0s · in 2s"},
		"almost the end": {Source{Extent: func() Extent { return Extent{Total: 204_001} }, Before: map[user.Status]int{user.Updated: 203_796}}, "204,000/204,001 99.9% · created 180 · updated 203,796 · unchanged 0 · rejects 24 · 100/s · ETA 0s · in 2s"},
		"more than that": {Source{Extent: func() Extent { return Extent{Total: 100} }}, "204 users · created 180 · unchanged 0 · rejects 24 · 100/s · in 2s"},
		"a file of none": {Source{Extent: func() Extent { return Extent{Share: 1} }}, "204 users · created 180 · unchanged 0 · rejects 24 · 100/s · in 2s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := New(io.Discard, Options{})
				p.Start(c.source)
				settle(t, p, user.Created, 180)
				settle(t, p, user.Refused, 24)
				s := newSpeed(time.Now())
				s.at(time.Now(), 0)
				pass(2 * time.Second)
				s.samples[s.next].settled = 4 // of a little earlier
				if got := p.line(time.Now(), s); got != c.want {
					t.Errorf("%s\nwant %s", got, c.want)
				}
				if err := p.Stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
	for d, want := range map[time.Duration]string{0: "0s", 59 * time.Second: "59s", 302 * time.Second: "5m02s", 3599 * time.Second: "59m59s", 7500 * time.Second: "2h05m", 500 * time.Hour: "500h00m"} {
		if got := duration(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

// A line that is asked for stays on the screen, whatever is shown after it.
func TestAsk(t *testing.T) {
	for name, o := range map[string]Options{"terminal": {Terminal: true}, "log": {}, "silent": {Silent: true}, "silent terminal": {Terminal: true, Silent: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				p := New(&out, o)
				p.Ask()
				p.Start(Source{})
				settle(t, p, user.Deleted, 3)
				pass(3 * time.Second)
				p.Ask()
				pass(time.Second)
				if err := p.Stop(); err != nil {
					t.Fatal(err)
				}
				p.Ask()
				if o.Silent && strings.Contains(out.String(), eraseLine) {
					t.Errorf("a line was drawn: %q", out.String())
				}
				none := "usersync: no user is being sent at the moment"
				want := []string{none, "usersync: 3 users · created 0 · deleted 3 · unchanged 0 · rejects 0 · RATE/s · in 3s", none, ""}
				got := screen(out.String())
				if len(got) == 4 {
					got[1] = strings.NewReplacer("· 0/s", "· RATE/s", "· 1/s", "· RATE/s", "· 2/s", "· RATE/s").Replace(got[1])
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// A line never takes more columns than the terminal has, whatever the width of its characters.
func TestProgressFits(t *testing.T) {
	for width := range 60 {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			p := New(&out, Options{Terminal: true, Width: func() int { return width }})
			p.Start(Source{Note: func() string { return "暂停 4 秒 zoe\u0308 🎉" }})
			pass(250 * time.Millisecond)
			if got := out.String(); visible.Width(got) > max(width-1, 0) {
				t.Errorf("%q in %d columns", got, width)
			}
			if err := p.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
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
		if err := p.Write(&o); err != nil {
			b.Fatal(err)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
