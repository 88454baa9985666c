package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/retry"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
)

func retryCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retry [RUN|--last]",
		Short: "Send the rejects of a run again",
		Long: "retry sends the rejects of a run that is over, with that run's own command line and\n" +
			"config, read from the directory where it was started, and reports how many are settled\n" +
			"now. Users in doubt are looked up first. A reject older than what the ledger knows of\n" +
			"the user is not sent (code superseded) unless you give --allow-stale. Rejects that a\n" +
			"later run has settled are left out. --group sends only the rejects of an error group,\n" +
			"by its key in the report or in summary.json; the others stay rejects of RUN.\n\n" +
			"Secrets that are masked in rejects are taken from the files that the run read: if\n" +
			"those were changed or removed, retry exits 2. Standard input cannot be read again, so\n" +
			"its rows with masked secrets are not sent: see rejects_secrets. RUN is a run's name or\n" +
			"directory.",
		Annotations: withExitCodes(),
		Example:     "  usersync retry\n  usersync retry runs/20261122T021500Z-k3q7ab\n  usersync retry --group g1-cgf2r3v6fg",
		Args:        atMostOneRun,
	}
	load, find := addSettings(e, cmd, setting.ForRetry), runArguments(cmd)
	groups := cmd.Flags().StringSlice("group", nil, "send only the rejects of this error group; may be given several times")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := load()
		if err != nil {
			return err
		}
		from, err := find(own.Output.RunsDir, firstOf(args), func(p *journal.History) bool { return p.Begun && p.Over() })
		if err != nil {
			return err
		}
		return retryRun(e, cmd, from, *groups, found)
	}
	return cmd
}

// retryRun sends the rejects of a run again: those of groups, or all.
func retryRun(e *env, cmd *cobra.Command, from *history.Run, groups []string, found *advice.Result) error {
	rejects, err := retry.RejectsOf(from)
	if err != nil {
		return err
	}
	c, err := settingsOf(e, from.Journal.Header, cmd)
	if err != nil {
		return err
	}
	source, err := retry.Select(c, from, rejects, groups)
	if err != nil {
		return err
	}
	if source.Nothing() {
		return e.nothingToRetry(cmd, from, &source)
	}
	return e.send(cmd.Context(), c, run.Options{Files: c.Invocation.Files, Retried: source}, found)
}

// nothingToRetry says why there is nothing to send, and where rejects are left.
func (e *env) nothingToRetry(cmd *cobra.Command, from *history.Run, r *retry.Source) error {
	if r.Count > 0 {
		text := fmt.Sprintf("the rejects of run %s were settled by later runs: there is nothing to retry", from.ID)
		if left := r.Selection.OtherGroups; left > 0 {
			return e.note(cmd, text, exit.Plural(left, "reject")+" of other groups are left", exit.CommandLine("retry", from.Path()))
		}
		return e.note(cmd, text, "", "")
	}
	text := fmt.Sprintf("run %s has no rejects: there is nothing to retry", from.ID)
	before, err := history.Find(from.Dir, from.Journal.Header.Retried)
	if err != nil || from.Journal.Header.Retried == "" {
		return e.note(cmd, text, "", "")
	}
	left := retry.Left(before)
	if left == 0 {
		return e.note(cmd, text, "", "")
	}
	return e.note(cmd, text, fmt.Sprintf("it sent a part of the rejects of run %s, and %s are left there", before.ID, exit.Plural(left, "reject")), exit.CommandLine("retry", before.Path()))
}
