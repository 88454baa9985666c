package terminal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/visible"
	"usersync/writer/progress"
)

// pty opens a terminal of that many columns, and returns both of its ends.
func pty(t *testing.T, columns uint16) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	ioctl := func(request uintptr, arg unsafe.Pointer) {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(arg)); failed != 0 {
			t.Fatal(failed)
		}
	}
	locked, number := int32(0), uint32(0)
	ioctl(syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	ioctl(syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{24, columns}
	ioctl(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return screen, program
}

func environ(pairs ...string) Lookup {
	return func(name string) (string, bool) {
		for _, pair := range pairs {
			if value, found := strings.CutPrefix(pair, name+"="); found {
				return value, true
			}
		}
		return "", false
	}
}

// Colors are for terminals that show them, unless NO_COLOR says no; an empty one says nothing.
func TestColors(t *testing.T) {
	screen, program := pty(t, 80)
	Headed(visible.NewWriter(program), environ("TERM=xterm"), "x:", " \x1b\n")
	seen := make([]byte, 100)
	if n, err := screen.Read(seen); err != nil || !strings.HasPrefix(string(seen[:n]), "\x1b[1;31mx:\x1b[0m") {
		t.Errorf("%q, %v", seen[:n], err)
	}
	for name, c := range map[string]struct {
		to     io.Writer
		env    Lookup
		colors bool
	}{
		"a terminal":          {program, environ("TERM=xterm"), true},
		"an escaping writer":  {visible.NewWriter(program), environ("TERM=xterm", "NO_COLOR="), true},
		"NO_COLOR":            {program, environ("TERM=xterm", "NO_COLOR=0"), false},
		"a dumb terminal":     {program, environ("TERM=dumb"), false},
		"a pipe":              {io.Discard, environ("TERM=xterm"), false},
		"a run among several": {&Prefixed{To: program}, environ("TERM=xterm"), false},
	} {
		if got := Colors(c.to, c.env); (got != nil) != c.colors {
			t.Errorf("%s: colors %t", name, got != nil)
		}
	}
	var b bytes.Buffer
	if Headed(&b, environ(), "x:", " y\n"); b.String() != "x: y\n" {
		t.Errorf("%q", b.String())
	}
}

// A terminal that says it has no columns has some all the same.
func TestWidthTo(t *testing.T) {
	for columns, want := range map[uint16]int{0: 80, 1: 1, 132: 132} {
		if _, program := pty(t, columns); WidthTo(program) != want || Columns(visible.NewWriter(program)) != want {
			t.Errorf("%d columns are %d and %d", columns, WidthTo(program), Columns(program))
		}
	}
	if WidthTo(io.Discard) != 80 || Columns(io.Discard) != 0 {
		t.Error("no terminal")
	}
}

func settings(t *testing.T, args ...string) *config.Config {
	t.Helper()
	none := func() []setting.Section { return nil }
	return configtest.Loaded(t, none, nil, append([]string{"--config", os.DevNull}, args...)...)
}

// The line moves where it can; a dumb terminal, like a log, gets plain lines.
func TestRedraw(t *testing.T) {
	_, program := pty(t, 40)
	for name, c := range map[string]struct {
		to    io.Writer
		env   Lookup
		args  []string
		moves bool
		width int
	}{
		"a terminal":          {program, environ("TERM=xterm"), nil, true, 40},
		"without colors":      {program, environ("TERM=xterm", "NO_COLOR=1"), nil, true, 40},
		"a dumb terminal":     {program, environ("TERM=dumb"), nil, false, 40},
		"a log":               {io.Discard, environ("TERM=xterm"), nil, false, unlimited},
		"a log that wants it": {io.Discard, environ("TERM=xterm"), []string{"--progress", "always"}, true, unlimited},
	} {
		if moves, width := redraw(c.to, settings(t, c.args...), c.env); moves != c.moves || width() != c.width {
			t.Errorf("%s: moves %t, %d columns", name, moves, width())
		}
	}
}

// Quiet leaves out warnings, unless more is asked for.
func TestLevel(t *testing.T) {
	for want, args := range map[string][]string{"warn": nil, "error": {"-q"}, "info": {"-q", "--log-level", "info"}, "debug": {"--log-level", "debug"}} {
		if got := level(settings(t, args...)); got != want {
			t.Errorf("%q: %s", args, got)
		}
	}
}

// The signal asks every run that is added, and only those.
func TestAsked(t *testing.T) {
	asked, release := Listen()
	lines := make(chan string, 4)
	run := func(name string) *progress.Progress {
		return progress.New(io.Discard, progress.Options{Say: func(string) { lines <- name }})
	}
	one, two := run("one"), run("two")
	asked.Add(one)
	asked.Add(two)
	asked.Remove(one)
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	select {
	case name := <-lines:
		if name != "two" {
			t.Errorf("%s is asked", name)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing is said")
	}
	release()
	if len(lines) > 0 {
		t.Error("more is said")
	}
	var none *Asked
	none.Add(one)
	none.Remove(one)
}
