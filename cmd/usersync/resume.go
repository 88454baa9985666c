package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/exit"
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
	load, find := addSettings(e, cmd, runSettings()...), runArguments(cmd)
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
		j, err := e.resumed(run, stdin, cmd)
		if err != nil {
			return err
		}
		j.found = found
		return j.run(cmd.Context(), j.paths)
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

// resumed is the job that goes on with a run.
func (e *env) resumed(run runName, stdin bool, now *cobra.Command) (*job, error) {
	past, err := run.past()
	if err != nil {
		return nil, err
	}
	if err := refuseResume(run, past, stdin); err != nil {
		return nil, err
	}
	c, cmd, err := settingsOf(e, past.Header, now)
	if err != nil {
		return nil, err
	}
	c.Output.RunsDir = run.runsDir
	j := &job{env: e, config: c, started: e.now(), resume: run.id}
	if before := past.Header.Retried; before != "" {
		_, again, err := runName{run.runsDir, before}.rejects()
		if err != nil {
			return nil, noRun(fmt.Errorf("resume run %s, which retries run %s: %w", run.id, before, err))
		}
		again.trailer = c.Proof.trailer
		j.retried = again
		c.Proof.spare()
	}
	if j.applied, err = planOf(past.Header); err != nil {
		return nil, err
	}
	j.again = func(files ...string) string { return again(cmd, files) }
	for _, in := range past.Header.Inputs {
		j.paths = append(j.paths, in.Path)
	}
	c.typed.files = j.paths
	return j, nil
}

// refuseResume finds what can be said before anything is opened.
func refuseResume(run runName, p *journal.Past, stdin bool) error {
	h := p.Header
	line := func(args ...string) string { return exit.CommandLine(append([]string{"run"}, args...)...) }
	switch {
	case !p.Begun:
		return exit.Usage(fmt.Errorf("resume run %s: it ended before it sent anything", run.id), "run its command again", "")
	case h.Rehearsal:
		return exit.Usage(fmt.Errorf("resume run %s: it was a rehearsal, and its sandbox is gone", run.id), "begin a new one", line(h.Args[min(1, len(h.Args)):]...))
	case p.Over() && p.End.State == journal.TakenUp:
		return exit.Usage(fmt.Errorf("resume run %s: run %s went on from there", run.id, p.End.By), "look at that run", exit.CommandLine("verify", run.beside(p.End.By)))
	case p.Over():
		return exit.Usage(fmt.Errorf("resume run %s: it is finished", run.id), "its rejects can be sent again", exit.CommandLine("retry", run.path()))
	case h.ReadsStdin() && !stdin:
		return exit.Usage(fmt.Errorf("resume run %s: it read standard input", run.id), "give it the same input again", exit.CommandLine("resume", run.path(), "-"))
	case stdin && !h.ReadsStdin():
		return exit.Usage(fmt.Errorf("resume run %s: it did not read standard input", run.id), "leave the - out", exit.CommandLine("resume", run.path()))
	}
	return nil
}

// lay lays the flags that one command was given over those of another.
func lay(from, over *cobra.Command) (err error) {
	from.Flags().Visit(func(f *pflag.Flag) {
		t, isSetting := f.Value.(*texts)
		if !isSetting {
			return
		}
		for _, text := range t.all {
			err = errors.Join(err, over.Flags().Set(f.Name, text))
		}
	})
	return err
}
