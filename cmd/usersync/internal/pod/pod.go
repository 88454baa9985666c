// Package pod runs a command of usersync as the child of a small parent, which is what a
// container wants from its first process: it passes signals on, reaps orphans, and leaves a
// message about how the command ended, even if the command crashed or was killed.
//
// An exit code is believed only if the child has confirmed it over a pipe. Go's runtime ends
// a process that crashes with exit code 2, and 2 would say that nothing was sent.
//
// It sends nothing and knows no settings. Start at Parent.
package pod

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"
)

// LogVariable names the file for the message of how the command ended.
const LogVariable = "USERSYNC_TERMINATION_LOG"

// Parent starts one child and waits for it. Its process must have no other children of its
// own.
type Parent struct {
	Program string   // the path of the program
	Name    string   // under which it is started
	Args    []string // the command line of the child, without the name
	Env     []string // NAME=value
	Version string   // of the program
	Log     Log
	Kills   func() int // how many processes ran out of memory so far
	Stderr  io.Writer
}

// Run runs the child to its end and returns the exit code for the process. A message that
// cannot be written is told on Stderr, and changes no exit code.
func (p Parent) Run() (code int, err error) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)
	p.tell(p.ahead())
	if err := adoptOrphans(); err != nil {
		return 0, fmt.Errorf("become the parent of orphans: %w", err)
	}
	before := p.Kills()
	child, pipe, err := p.start()
	if err != nil {
		return 0, fmt.Errorf("start the command: %w", err)
	}
	status, err := forward(child, signals)
	e := ending{status: status, told: received(pipe), outOfMemory: p.Kills() > before}
	if err = errors.Join(err, pipe.Close()); err != nil {
		return 0, fmt.Errorf("wait for the command: %w", err)
	}
	m := e.message(p.ahead())
	p.tell(m)
	p.say(m)
	return *m.ExitCode, nil
}

// ahead is the message before the command ends. It stays if the whole container is killed.
func (p Parent) ahead() Message {
	m := Message{Version: p.Version, State: Running, Hint: "it was killed with its container if it runs no more: out of memory, or its node was lost; run it again to continue"}
	if len(p.Args) > 0 && !strings.HasPrefix(p.Args[0], "-") {
		m.Command = p.Args[0]
	}
	return m
}

// start starts the child, and returns it with the pipe on which it confirms its end.
func (p Parent) start() (*os.Process, *os.File, error) {
	pipe, theirs, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	own := func(entry string) bool {
		return strings.HasPrefix(entry, LogVariable+"=") || strings.HasPrefix(entry, pipeVariable+"=")
	}
	env := append(slices.DeleteFunc(slices.Clone(p.Env), own), pipeVariable+"=3")
	child, err := os.StartProcess(p.Program, append([]string{p.Name}, p.Args...), &os.ProcAttr{
		Env: env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, theirs},
		// ^C at a terminal reaches the child once, not twice.
		Sys: &syscall.SysProcAttr{Setpgid: true, Foreground: term.IsTerminal(int(os.Stdin.Fd()))},
	})
	if err = errors.Join(err, theirs.Close()); err != nil {
		return nil, nil, errors.Join(err, pipe.Close())
	}
	return child, pipe, nil
}

// forward passes signals on to the child until it ends.
func forward(child *os.Process, signals <-chan os.Signal) (syscall.WaitStatus, error) {
	type end struct {
		status syscall.WaitStatus
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		status, err := reap(child.Pid)
		ended <- end{status, err}
	}()
	for {
		select {
		case s := <-signals:
			_ = child.Signal(s) // it may have just ended
		case e := <-ended:
			return e.status, e.err
		}
	}
}

// reap waits for all children, orphans included, until the one with that number has ended.
func reap(pid int) (status syscall.WaitStatus, err error) {
	for {
		got, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return status, err
		case got == pid:
			return status, nil
		}
	}
}

// received returns what a child that has ended had written. A process that the child left
// running may hold the pipe open: there is no wait for it.
func received(pipe *os.File) []byte {
	_ = pipe.SetReadDeadline(time.Now().Add(time.Second))
	line, _ := io.ReadAll(io.LimitReader(pipe, Largest))
	return line
}

// tell writes the message for Kubernetes.
func (p Parent) tell(m Message) {
	if err := p.Log.write(m.encode()); err != nil {
		fmt.Fprintf(p.Stderr, "usersync: write the termination message: %v\n  hint: make %s writable, or set %s to another file; the command is not affected\n", err, p.Log.path, LogVariable)
	}
}

// say tells a person what the child could not say itself.
func (p Parent) say(m Message) {
	if m.State != Crashed && m.State != Killed {
		return
	}
	fmt.Fprintf(p.Stderr, "usersync: %s\n  hint: %s\n", m.Error, m.Hint)
	if m.Next != "" {
		fmt.Fprintf(p.Stderr, "  next: %s\n", m.Next)
	}
}

// Self returns the path of the program of this process.
func Self() (string, error) {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe", nil // also if the file was replaced since
	}
	path, err := os.Executable()
	return filepath.Clean(path), err
}
