// Command usersync syncs a file of users to a user API and reports exactly one
// outcome per user.
//
// This package is the edge: one file per command. It holds no rules about records,
// calls or answers. Start at run.go for the main job and at internal/job for what follows
// from it, at internal/advice for what an error means to a person, at internal/config for
// the settings, at internal/connect for how an API is opened, and at sync/destination/stack
// for the middleware around a destination.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/cgroup"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/metrics"
	"usersync/cmd/usersync/internal/pod"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/reader/place"
	"usersync/reader/place/scheme"
	"usersync/sync/engine"
	"usersync/sync/visible"
)

func main() { os.Exit(command(time.Now)) }

// command runs the command line of the process, at the time that now says, and returns its
// exit code.
func command(now func() time.Time) int {
	// If the reader of our output closes the pipe, that write fails, but the process
	// must live on to finish the run directory.
	signal.Ignore(syscall.SIGPIPE)
	// net/http logs unsolicited data from a server there, which can be anything.
	log.SetOutput(io.Discard)
	// Before anything starts a process, or reads the environment.
	parent := pod.Inherited()
	collectLess(os.LookupEnv)
	limitMemory(os.LookupEnv, cgroup.Of(os.DirFS("/")))
	return executeAt(context.Background(), now, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, parent)
}

// safely returns a panic as an error: a crash would exit with code 2, which says that
// nothing was sent.
func safely(command func() (*cobra.Command, error)) (cmd *cobra.Command, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = engine.Recovered(v)
		}
	}()
	return command()
}

// env is the world outside, as the commands see it.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer // both escape what a terminal would obey or hide
	environment    setting.Environment
	now            func() time.Time
	wire           context.Context // ends when calls in flight must be cut
	args           []string
	jsonLog        bool // standard error takes only JSON; known once loaded
	quiet          bool // only errors are said; known once loaded
	loaded         bool // the settings of the command were read, or could not be
	metrics        *metrics.Listener
	declared       *config.Declared // the settings, once a command needs them
	asked          *terminal.Asked
	ended          *ended
}

// executeAt runs one command line, at the time that now says, tells parent how it ends, and
// returns its exit code.
func executeAt(ctx context.Context, now func() time.Time, args []string, stdin io.Reader, stdout, stderr io.Writer, parent *pod.Child) int {
	soft, wire, release := exit.Interruptible(ctx)
	defer release()
	e := &env{
		stdin: stdin, stdout: visible.NewWriter(stdout), stderr: visible.NewWriter(stderr), args: args,
		environment: setting.Environment{Lookup: os.LookupEnv, Environ: os.Environ, Places: &place.Opener{Stores: scheme.Stores}}, now: now, wire: wire,
		metrics: &metrics.Listener{}, ended: &ended{},
	}
	asked, ignore := terminal.Listen()
	defer ignore()
	e.asked = asked
	var found advice.Result
	root := newRoot(e, &found)
	root.SetArgs(args)
	cmd, err := safely(func() (*cobra.Command, error) { return root.ExecuteContextC(soft) })
	if cmd == nil { // it panicked
		cmd, _, _ = root.Find(args) // found before, or nothing would have run
	}
	_ = e.metrics.Close() // what was shown is not affected
	err = exit.WithSignal(soft, err)
	code := advice.ExitCode(err, found)
	if left := exit.Unreported(err); left != nil {
		e.logsJSON(cmd)
		e.reportError(left, code)
	}
	if e.ended.child != nil {
		return *e.ended.child
	}
	if err := parent.Confirm(e.ended.message(cmd, code, err)); err != nil {
		e.reportError(err, code)
	}
	return code
}
