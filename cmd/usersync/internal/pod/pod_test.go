package pod

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The children of these tests are this program itself.
func TestMain(m *testing.M) {
	if child, given := os.LookupEnv("TEST_CHILD"); given {
		os.Exit(children()[child]())
	}
	os.Exit(m.Run())
}

func confirmed(code int) int {
	if err := Inherited().Confirm(Message{State: Finished, ExitCode: &code, Hint: "from the child"}); err != nil {
		panic(err)
	}
	return code
}

// children are programs, by name.
func children() map[string]func() int {
	return map[string]func() int{
		"confirms 0":      func() int { return confirmed(0) },
		"confirms 2":      func() int { return confirmed(2) },
		"confirms 3":      func() int { return confirmed(3) },
		"says nothing, 0": func() int { return 0 },
		"says nothing, 2": func() int { return 2 },
		"says nothing, 5": func() int { return 5 },
		"crashes after it said 0": func() int {
			confirmed(0)
			return 2
		},
		"panics": func() int { panic("about u-4711") },
		"says half": func() int {
			zero := 0
			line := Message{State: Finished, ExitCode: &zero}.encode()
			if _, err := Inherited().pipe.Write(line[:len(line)-1]); err != nil {
				panic(err)
			}
			return 0
		},
		"is killed": func() int {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		},
		"gets signals": getsSignals,
		"orphans":      orphans,
		"starts one that ends": func() int {
			cmd := exec.Command(os.Args[0])
			cmd.Env = []string{"TEST_CHILD=says nothing, 0"}
			if cmd.Start() != nil {
				return 1
			}
			fmt.Println(cmd.Process.Pid)
			return 0
		},
		"starts one": startsOne,
		"has no pipe": func() int {
			if info, err := os.NewFile(3, "").Stat(); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
				return 9
			}
			return 0
		},
	}
}

// getsSignals asks its parent's process for each signal, and gets it.
func getsSignals() int {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1} {
		if signal.Ignored(s) { // as nohup does
			continue
		}
		got := make(chan os.Signal, 1)
		signal.Notify(got, s)
		_ = syscall.Kill(os.Getppid(), s)
		select {
		case <-got:
		case <-time.After(10 * time.Second):
			return 9
		}
	}
	return confirmed(143)
}

// orphans waits until its grandchild, whose parent has ended, is reaped.
func orphans() int {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"TEST_CHILD=starts one that ends"}
	out, err := cmd.Output()
	if err != nil {
		return 9
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(out)))
	for began := time.Now(); time.Since(began) < 10*time.Second; <-time.After(time.Millisecond) {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			return confirmed(0)
		}
	}
	return 9
}

// startsOne starts a process, which does not get the pipe.
func startsOne() int {
	told := Inherited()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"TEST_CHILD=has no pipe"}
	zero := 0
	if cmd.Run() != nil || told.Confirm(Message{State: Finished, ExitCode: &zero}) != nil {
		return 9
	}
	return 0
}

// run runs a child and returns its exit code, its message and what was printed.
func run(t *testing.T, child string, kills func() int) (int, Message, string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "termination-log")
	var printed bytes.Buffer
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := Parent{Program: program, Name: program, Args: []string{"run", "users.csv"}, Env: append(os.Environ(), "TEST_CHILD="+child, LogVariable+"="+log),
		Version: "v1", Log: Log{log, true}, Kills: kills, Stderr: &printed}
	code, err := p.Run()
	if err != nil {
		t.Fatalf("%s: %v", child, err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	m, err := decode(text)
	if err != nil {
		t.Fatalf("%s: %v: %s", child, err, text)
	}
	if *m.ExitCode != code {
		t.Errorf("%s: exit code %d, but told %s", child, code, text)
	}
	return code, m, printed.String()
}

func never() int { return 0 }

func TestOnlyWhatTheChildConfirmsIsBelieved(t *testing.T) {
	for _, c := range []struct {
		child string
		code  int
		state State
	}{
		{"confirms 0", 0, Finished},
		{"confirms 2", 2, Finished},
		{"confirms 3", 3, Finished},
		{"says nothing, 0", 1, Crashed},
		{"says nothing, 2", 1, Crashed},
		{"says nothing, 5", 5, Crashed},
		{"crashes after it said 0", 1, Crashed},
		{"panics", 1, Crashed},
		{"says half", 1, Crashed},
		{"is killed", 137, Killed},
		{"gets signals", 143, Finished},
	} {
		code, m, printed := run(t, c.child, never)
		if code != c.code || m.State != c.state {
			t.Errorf("%s: exit code %d, %+v", c.child, code, m)
		}
		if said := strings.Contains(printed, "hint: "); said == (c.state == Finished) {
			t.Errorf("%s: printed %q", c.child, printed)
		}
		if fromChild := m.Hint == "from the child"; fromChild != (c.state == Finished) {
			t.Errorf("%s: %+v", c.child, m)
		}
		if c.state == Crashed && strings.Contains(fmt.Sprint(m, printed), "4711") {
			t.Errorf("%s: tells what the panic said: %+v, %s", c.child, m, printed)
		}
	}
}

func TestOutOfMemory(t *testing.T) {
	asked := 0
	once := func() int { asked++; return asked }
	if _, m, _ := run(t, "is killed", once); !strings.Contains(m.Error, "out of memory") || !strings.Contains(m.Hint, "memory limit") {
		t.Errorf("%+v", m)
	}
	if _, m, _ := run(t, "is killed", never); strings.Contains(m.Error, "memory") {
		t.Errorf("%+v", m)
	}
	if _, m, _ := run(t, "confirms 0", once); m.Error != "" {
		t.Errorf("another process ran out of memory: %+v", m)
	}
}

func TestOrphansAreReaped(t *testing.T) {
	if code, m, _ := run(t, "orphans", never); code != 0 {
		t.Errorf("%d, %+v", code, m)
	}
}

// A program that the command has started, such as for a notification, may run on, and cannot
// say how the command ended.
func TestPipeIsNotInherited(t *testing.T) {
	if code, m, _ := run(t, "starts one", never); code != 0 {
		t.Errorf("%d, %+v", code, m)
	}
}

// What is there before the child ends stays if all processes of the container are killed.
func TestMessageAhead(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, bytes.Repeat([]byte("x"), 2*Largest), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Parent{Args: []string{"run"}, Version: "v1", Log: Log{log, false}, Stderr: os.Stderr}
	p.tell(p.ahead())
	text, err := os.ReadFile(log)
	if err != nil || !bytes.Contains(text, []byte(`"state":"running"`)) || bytes.Contains(text, []byte("x\nx")) || bytes.Contains(text, []byte("exit_code")) || len(text) > Largest {
		t.Errorf("%s, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(log)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestLogThatCannotBeWritten(t *testing.T) {
	var printed bytes.Buffer
	missing := filepath.Join(t.TempDir(), "missing", "log")
	p := Parent{Log: Log{missing, true}, Stderr: &printed}
	if p.tell(Message{}); !strings.Contains(printed.String(), "hint: ") {
		t.Errorf("printed %q", printed.String())
	}
	printed.Reset()
	p.Log.create = false // not in Kubernetes
	if p.tell(Message{}); printed.Len() > 0 {
		t.Errorf("printed %q", printed.String())
	}
	if got := LogIn(func(string) (string, bool) { return "", false }); got != (Log{"/dev/termination-log", false}) {
		t.Errorf("%+v", got)
	}
}

func TestNoParent(t *testing.T) {
	if c := Inherited(); c != nil || c.Confirm(Message{}) != nil {
		t.Error(c)
	}
	t.Setenv(pipeVariable, "0") // not a pipe of ours
	if c := Inherited(); c != nil || slices.ContainsFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, pipeVariable) }) {
		t.Error(c)
	}
}
