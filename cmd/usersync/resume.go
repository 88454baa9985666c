package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
)

func resumeCommand(e *env, found *tally) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume [RUN|--last] [-]",
		Short: "Go on with a run that was stopped or killed",
		Long: "resume goes on with a run that did not end: after a kill -9, a full disk, a signal, an API that was down.\n" +
			"It takes the run's own command line and config, from the directory where it was begun, so that nothing has to be\n" +
			"repeated; flags given here hold instead. The input and what decides about users must be what they were: else it\n" +
			"exits 2 and sends nothing. RUN is a run's name or directory. What was read from standard input is given again,\n" +
			"and then a - stands behind RUN.\n\n" + exitCodeTable(),
		Example: "  usersync resume\n  usersync resume runs/20261122T021500Z-k3q7ab\n  usersync resume 20261122T021500Z-k3q7ab - < users.csv",
	}
	load, find := addSettings(e, cmd, config.ForResume), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name, stdin, err := resumeArguments(args)
		if err != nil {
			return err
		}
		own, err := load()
		if err != nil {
			return err
		}
		run, err := find(own.Output.RunsDir, name, (*journal.Past).Resumable)
		if err != nil {
			return err
		}
		o, err := e.resumed(run, stdin, cmd)
		if err != nil {
			return err
		}
		return e.send(cmd.Context(), o, found)
	}
	return cmd
}

func resumeArguments(args []string) (run string, stdin bool, err error) {
	if stdin = len(args) > 0 && args[len(args)-1] == "-"; stdin {
		args = args[:len(args)-1]
	}
	if len(args) > 1 || len(args) == 0 && stdin {
		return "", false, exit.Usage(errors.New("read arguments: resume takes one run, and - behind it"), "name the run alone; it knows its files", "usersync resume --help")
	}
	return slices.Concat(args, []string{""})[0], stdin, nil
}

// resumed are the options that go on with a run.
func (e *env) resumed(run *history.Run, stdin bool, now *cobra.Command) (o runOptions, err error) {
	past := run.Journal
	if err := refuseResume(run, stdin); err != nil {
		return o, err
	}
	c, err := settingsOf(e, past.Header, now)
	if err != nil {
		return o, err
	}
	c.Output.RunsDir = run.Dir
	o = runOptions{config: c, resume: run.ID}
	if before := past.Header.Retried; before != "" {
		rejects, err := history.ReadRejects(run.Dir, before)
		if err != nil {
			return o, fmt.Errorf("resume run %s, which retries run %s: %w", run.ID, before, err)
		}
		o.retried = retrial{Rejects: rejects, trailer: c.Proof.Trailer}
		c.Proof.Spare()
	}
	if o.applied, err = planOf(past.Header); err != nil {
		return o, err
	}
	for _, in := range past.Header.Inputs {
		o.files = append(o.files, in.Path)
	}
	c.Invocation.Files = o.files
	return o, nil
}

// refuseResume finds what can be said before anything is opened.
func refuseResume(run *history.Run, stdin bool) error {
	p, h := run.Journal, run.Journal.Header
	line := func(args ...string) string { return exit.CommandLine(append([]string{"run"}, args...)...) }
	switch {
	case !p.Begun:
		return exit.Usage(fmt.Errorf("resume run %s: it ended before it sent anything", run.ID), "run its command again", "")
	case h.Rehearsal:
		return exit.Usage(fmt.Errorf("resume run %s: it was a rehearsal, and its sandbox is gone", run.ID), "begin a new one", line(h.Args[min(1, len(h.Args)):]...))
	case p.Over() && p.End.State == journal.TakenUp:
		return exit.Usage(fmt.Errorf("resume run %s: run %s went on from there", run.ID, p.End.By), "look at that run", exit.CommandLine("verify", run.Sibling(p.End.By)))
	case p.Over():
		return exit.Usage(fmt.Errorf("resume run %s: it is finished", run.ID), "its rejects can be sent again", exit.CommandLine("retry", run.Path()))
	case h.ReadsStdin() && !stdin:
		return exit.Usage(fmt.Errorf("resume run %s: it read standard input", run.ID), "give it the same input again", exit.CommandLine("resume", run.Path(), "-"))
	case stdin && !h.ReadsStdin():
		return exit.Usage(fmt.Errorf("resume run %s: it did not read standard input", run.ID), "leave the - out", exit.CommandLine("resume", run.Path()))
	}
	return nil
}
