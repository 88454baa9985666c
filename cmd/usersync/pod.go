package main

import (
	"os"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/cgroup"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/pod"
)

// podCommand runs another command line in a process of its own. All that follows its name
// belongs to that process.
func podCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "pod COMMAND [ARGS]...",
		Short: "Run another command as the first process of a container",
		Long: "pod starts usersync again with the COMMAND, passes signals on to it, reaps orphans and\n" +
			"ends with its exit code. It writes how the command ended, as one line of JSON without\n" +
			"personal data, to /dev/termination-log if that exists, or to the file that\n" +
			"USERSYNC_TERMINATION_LOG names. A crash is exit code 1, and a command that was killed\n" +
			"128 plus the number of the signal. It is the entry point of the image.",
		Example:            "  usersync pod run --config usersync.yaml users.csv",
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			for len(args) > 0 && args[0] == cmd.Name() { // the entry point of the image says it, and so do the args
				args = args[1:]
			}
			program, err := pod.Self()
			if err != nil {
				return err
			}
			p := pod.Parent{
				Program: program, Name: os.Args[0], Args: args, Env: e.environment.Environ(), Version: exit.ReadBuild().Version,
				Log: pod.LogIn(e.environment.Lookup), Kills: cgroup.Of(os.DirFS("/")).Kills, Stderr: e.stderr,
			}
			code, err := p.Run()
			if err == nil {
				e.ended.child = &code
			}
			return err
		},
	}
}

// ended is what is known of how the command ends, for the parent process.
type ended struct {
	runs  []pod.Run
	child *int // the exit code of usersync pod
}

func (d *ended) add(r pod.Run) { d.runs = append(d.runs, r) }

// message is what the parent process is told.
func (d *ended) message(cmd *cobra.Command, code int, err error) pod.Message {
	m := pod.Message{Command: verb(cmd), Version: exit.ReadBuild().Version, State: pod.Finished, ExitCode: &code, Runs: d.runs}
	if code != exit.OK {
		m.Meaning = exit.MeaningOf(code)
	}
	switch {
	case err != nil && len(d.runs) > 0:
		m.State = pod.Stopped
	case err != nil:
		m.State = pod.Failed
	}
	if err == nil || !namesNoUsers(m.Command) {
		return m
	}
	m.Error = err.Error()
	if t, ok := advice.Printed(err); ok {
		m.Hint, m.Next = t.Hint, t.Next
	}
	return m
}

// verb is the first word after the program's name.
func verb(cmd *cobra.Command) string {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	if !cmd.HasParent() {
		return ""
	}
	return cmd.Name()
}

// namesNoUsers reports whether the arguments of a command are never ids: those may be in its
// errors.
func namesNoUsers(verb string) bool {
	return slices.Contains([]string{"run", "plan", "apply", "resume", "retry", "validate", "verify", "report", "publish", "merge", "init", "sandbox", "version"}, verb)
}
