package pod

import (
	"fmt"
	"syscall"

	"usersync/cmd/usersync/internal/exit"
)

// ending is how a child ended, as its parent sees it.
type ending struct {
	status      syscall.WaitStatus
	told        []byte // what the child has confirmed; a part of it is nothing
	outOfMemory bool   // the kernel killed a process of the container since the child was started
}

// message is what is told of the ending. m is the message so far.
func (e ending) message(m Message) Message {
	if told, err := decode(e.told); err == nil && e.status.Exited() && e.status.ExitStatus() == *told.ExitCode {
		return told
	}
	code := e.code()
	m.ExitCode, m.Meaning = &code, exit.MeaningOf(code)
	m.Next = ""
	if !e.status.Signaled() {
		m.State = Crashed
		m.Error = fmt.Sprintf("a bug in usersync, please report it: the process ended with exit code %d and did not say why", e.status.ExitStatus())
		m.Hint = "the log shows where; run the same command again to continue"
		return m
	}
	m.State = Killed
	m.Error = "usersync was killed by " + nameOf(e.status.Signal())
	m.Hint = "run the same command again to continue"
	if e.outOfMemory && e.status.Signal() == syscall.SIGKILL {
		m.Error += ": the container ran out of memory"
		m.Hint = "raise the memory limit of the container, then " + m.Hint
	}
	return m
}

// code is the exit code. The child has not confirmed one: then 0 would claim a success, and 2 that
// nothing was sent.
func (e ending) code() int {
	switch {
	case e.status.Signaled():
		return 128 + int(e.status.Signal())
	case e.status.ExitStatus() == exit.OK, e.status.ExitStatus() == exit.Misuse:
		return exit.Internal
	}
	return e.status.ExitStatus()
}

func nameOf(s syscall.Signal) string {
	names := map[syscall.Signal]string{syscall.SIGKILL: "SIGKILL", syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT",
		syscall.SIGHUP: "SIGHUP", syscall.SIGABRT: "SIGABRT", syscall.SIGSEGV: "SIGSEGV", syscall.SIGBUS: "SIGBUS", syscall.SIGUSR1: "SIGUSR1"}
	if name, ok := names[s]; ok {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}
