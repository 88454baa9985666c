package pod

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// pipeVariable tells the child which file descriptor leads to its parent.
const pipeVariable = "USERSYNC_POD_PIPE"

// Child is a process that a Parent has started. A nil one has no such parent.
type Child struct{ pipe *os.File }

// Inherited returns the child that this process is, or nil. Call it before anything reads
// the environment or starts a process: neither is to know of the pipe.
func Inherited() *Child {
	number, given := os.LookupEnv(pipeVariable)
	if !given {
		return nil
	}
	_ = os.Unsetenv(pipeVariable)
	fd, err := strconv.Atoi(number)
	if err != nil || fd <= 2 {
		return nil
	}
	syscall.CloseOnExec(fd)
	pipe := os.NewFile(uintptr(fd), "the pipe to the parent")
	if info, err := pipe.Stat(); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return nil
	}
	return &Child{pipe}
}

// Confirm tells the parent how the process is about to end. It is the last thing to do: an
// exit with another code is a crash.
func (c *Child) Confirm(m Message) error {
	if c == nil {
		return nil
	}
	// One write of less than PIPE_BUF arrives as a whole, or not at all.
	if _, err := c.pipe.Write(m.encode()); err != nil {
		return fmt.Errorf("tell the parent process how this one ends: %w", err)
	}
	return nil
}
