// Command usersync takes a file of users and makes a user API agree with it.
//
// This package is the edge: a file per command, one table that turns an error into
// an exit code, a hint and the next command, and the terminal. It holds no rule
// about records, calls or answers. Start at run.go for the main job, at
// internal/config for everything that can be set, at internal/connect for how an
// API is opened, and at sync/destination/stack for how a destination is wrapped.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/writer"
)

func main() {
	// A reader of our output that goes away is an error of that write, not the
	// end of the process: the run directory is still to be finished.
	signal.Ignore(syscall.SIGPIPE)
	// net/http writes there what a server sent out of turn, which may be anything.
	log.SetOutput(io.Discard)
	os.Exit(execute(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// env is what the commands know of the world outside.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environment    config.Environment
	now            func() time.Time
	wire           context.Context // ends when calls on the wire are to be cut
	args           []string
	jsonLog        bool // standard error takes JSON alone; known once loaded
	loaded         bool // the settings of the command were read, or could not be
	several        bool // several runs share standard output and standard error
}

// tally is what a command found out that is no error and still no success.
type result struct {
	outcomes writer.Outcomes
	read     int
	allowed  config.Share
	detailed exit.Detailed
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	soft, wire, release := exit.Interruptible(ctx)
	defer release()
	e := &env{
		stdin: stdin, stdout: stdout, stderr: stderr, args: args,
		environment: config.Environment{Lookup: os.LookupEnv, Environ: os.Environ}, now: time.Now, wire: wire,
	}
	var found result
	root := newRoot(e, &found)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(soft)
	err = exit.WithSignal(soft, err)
	code := exitCode(err, found)
	if err != nil {
		e.logsJSON(cmd)
		e.reportError(err, code)
	}
	return code
}
