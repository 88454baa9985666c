package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lastOutput is how much of what a command printed is kept, for the warning if it fails.
const lastOutput = 2048

// command runs a program with the message as JSON on its standard input.
type command struct{ argv []string }

// run starts the program in a process group of its own, which is killed when ctx ends.
func (c command) run(ctx context.Context, m *Message) error {
	input, err := json.Marshal(m)
	if err != nil {
		return err
	}
	printed := &tail{}
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(input, '\n')), printed, printed
	cmd.Env = append(os.Environ(), "NOTIFY_EVENT="+m.Event, "NOTIFY_STATE="+string(m.State), "NOTIFY_PREVIOUS="+string(m.Previous),
		"NOTIFY_DESTINATION="+m.Destination, "NOTIFY_RUN="+m.Run, "NOTIFY_EXIT_CODE="+strconv.Itoa(m.ExitCode), "NOTIFY_DIR="+m.Dir, "NOTIFY_TITLE="+m.title())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return c.explain(ctx, cmd.Run(), printed)
}

// explain says how the program ended. A program that ends without reading its input is fine.
func (c command) explain(ctx context.Context, err error, printed *tail) error {
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("run %s: it took too long and was stopped", c.argv[0])
	}
	if line := printed.lastLine(); line != "" {
		return fmt.Errorf("run %s: %w: %s", c.argv[0], err, line)
	}
	return fmt.Errorf("run %s: %w", c.argv[0], err)
}

// tail is a Writer that keeps the end of what is written.
type tail struct{ kept []byte }

// Write keeps p.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-lastOutput):]
	return len(p), nil
}

func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.kept)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
