package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
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
		from, err := find(own.Output.RunsDir, name, (*journal.Past).Resumable)
		if err != nil {
			return err
		}
		c, o, err := e.resumed(from, stdin, cmd)
		if err != nil {
			return err
		}
		return e.send(cmd.Context(), c, o, found)
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
func (e *env) resumed(from *history.Run, stdin bool, now *cobra.Command) (c *config.Config, o run.Options, err error) {
	past := from.Journal
	if err := refuseResume(from, stdin); err != nil {
		return nil, o, err
	}
	c, err = settingsOf(e, past.Header, now)
	if err != nil {
		return nil, o, err
	}
	c.Output.RunsDir = from.Dir
	o = run.Options{Resume: from.ID}
	if before := past.Header.Retried; before != "" {
		rejects, err := history.ReadRejects(from.Dir, before)
		if err != nil {
			return nil, o, fmt.Errorf("resume run %s, which retries run %s: %w", from.ID, before, err)
		}
		o.Retried = run.Retried{Rejects: rejects, Trailer: c.Proof.Trailer}
		c.Proof.Spare()
	}
	if o.Plan, err = planOf(past.Header); err != nil {
		return nil, o, err
	}
	for _, in := range past.Header.Inputs {
		o.Files = append(o.Files, in.Path)
	}
	c.Invocation.Files = o.Files
	return c, o, nil
}

// refuseResume finds what can be said before anything is opened.
func refuseResume(r *history.Run, stdin bool) error {
	p, h := r.Journal, r.Journal.Header
	line := func(args ...string) string { return exit.CommandLine(append([]string{"run"}, args...)...) }
	switch {
	case !p.Begun:
		return exit.Usage(fmt.Errorf("resume run %s: it ended before it sent anything", r.ID), "run its command again", "")
	case h.Rehearsal:
		return exit.Usage(fmt.Errorf("resume run %s: it was a rehearsal, and its sandbox is gone", r.ID), "begin a new one", line(h.Args[min(1, len(h.Args)):]...))
	case p.Over() && p.End.State == journal.TakenUp:
		return exit.Usage(fmt.Errorf("resume run %s: run %s went on from there", r.ID, p.End.By), "look at that run", exit.CommandLine("verify", r.Sibling(p.End.By)))
	case p.Over():
		return exit.Usage(fmt.Errorf("resume run %s: it is finished", r.ID), "its rejects can be sent again", exit.CommandLine("retry", r.Path()))
	case h.ReadsStdin() && !stdin:
		return exit.Usage(fmt.Errorf("resume run %s: it read standard input", r.ID), "give it the same input again", exit.CommandLine("resume", r.Path(), "-"))
	case stdin && !h.ReadsStdin():
		return exit.Usage(fmt.Errorf("resume run %s: it did not read standard input", r.ID), "leave the - out", exit.CommandLine("resume", r.Path()))
	}
	return nil
}
