package message

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"usersync/cmd/usersync/internal/exit"
)

func TestPrintError(t *testing.T) {
	err := fmt.Errorf("run 7: %w", exit.Usage(errors.New("read flags: no"), "look again", "usersync help"))
	var b strings.Builder
	printError(&b, err)
	want := "usersync: run 7: read flags: no\n  hint: look again\n  next: usersync help\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	printError(&b, errors.Join(exit.Usage(errors.New("rate"), "16/s", "a"), errors.New("what else"), exit.Usage(errors.New("mode"), "upsert", "b"), exit.Usage(errors.New("to"), "kard", "b")))
	want = "usersync: rate\n  hint: 16/s\n  next: a\nusersync: what else\nusersync: mode\n  hint: upsert\nusersync: to\n  hint: kard\n  next: b\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	printError(&b, nil)
	if b.String() != "" {
		t.Errorf("got %q for a nil error", b.String())
	}
}

// pty opens a terminal of that many columns, and returns both of its ends.
func pty(t *testing.T, columns uint16) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	locked, number, size := int32(0), uint32(0), [4]uint16{24, columns}
	for request, arg := range map[uintptr]unsafe.Pointer{syscall.TIOCSPTLCK: unsafe.Pointer(&locked), syscall.TIOCGPTN: unsafe.Pointer(&number), syscall.TIOCSWINSZ: unsafe.Pointer(&size)} {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(arg)); failed != 0 {
			t.Fatal(failed)
		}
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return screen, program
}

// On a terminal, errors and hints are broken at its width. A command is not, because people copy it;
// nor is anything in a file.
func TestMessagesFitTheTerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	err := errors.Join(exit.Usage(errors.New("open the input: users.csv: no such file"), "check the path; a relative one starts here", "usersync run --to kard users-of-yesterday.csv"),
		errors.New("open the other input: also missing"))
	screen, program := pty(t, 30)
	printError(program, err)
	seen := make([]byte, 1000)
	n, failed := screen.Read(seen)
	want := "usersync: open the input:\n    users.csv: no such file\n  open the other input: also\n    missing\n" +
		"  hint: check the path; a\n        relative one starts\n        here\n  next: usersync run --to kard users-of-yesterday.csv\n"
	if got := strings.ReplaceAll(string(seen[:n]), "\r\n", "\n"); failed != nil || got != want {
		t.Errorf("%v\n%s", failed, got)
	}
	var b strings.Builder
	printError(&b, err)
	if strings.Count(b.String(), "\n") != 4 {
		t.Errorf("in a file:\n%s", b.String())
	}
}
