package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
)

func resumeCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume [RUN|--last] [-]",
		Short: "Continue an interrupted run",
		Long: "resume continues a run that did not finish: after a kill -9, a full disk, a signal or\n" +
			"an API outage. It uses the run's own command line and config, read from the directory\n" +
			"where the run was started, so you repeat nothing; flags given here take precedence.\n" +
			"The input and the settings that decide what is sent must not have changed: otherwise\n" +
			"it exits 2 and sends nothing. RUN is a run's name or directory. If the run read\n" +
			"standard input, provide the same input again and put a - after RUN.",
		Annotations: withExitCodes(),
		Example:     "  usersync resume\n  usersync resume runs/20261122T021500Z-k3q7ab\n  usersync resume 20261122T021500Z-k3q7ab - < users.csv",
	}
	load, find := addSettings(e, cmd, setting.ForResume), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name, stdin, err := resumeArguments(args)
		if err != nil {
			return err
		}
		own, err := load()
		if err != nil {
			return err
		}
		from, err := find(own.Output.RunsDir, name, (*journal.History).Resumable)
		if err != nil {
			return err
		}
		return resumeRun(e, cmd, from, stdin, found)
	}
	return cmd
}

// resumeRun continues a run. stdin says that its input comes from standard input.
func resumeRun(e *env, cmd *cobra.Command, from *history.Run, stdin bool, found *advice.Result) error {
	if err := run.CheckResume(from, stdin); err != nil {
		return err
	}
	c, err := settingsOf(e, from.Journal.Header, cmd)
	if err != nil {
		return err
	}
	o, err := run.Resume(c, from)
	if err != nil {
		return err
	}
	return e.send(cmd.Context(), c, o, found)
}

func resumeArguments(args []string) (run string, stdin bool, err error) {
	if stdin = len(args) > 0 && args[len(args)-1] == "-"; stdin {
		args = args[:len(args)-1]
	}
	if len(args) > 1 || len(args) == 0 && stdin {
		return "", false, exit.Usage(errors.New("read arguments: resume takes one run, and may be followed by -"), "give only the run: it knows its files", "usersync resume --help")
	}
	return slices.Concat(args, []string{""})[0], stdin, nil
}
