package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

func applyCommand(e *env, found *result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply PLAN [FILE]...",
		Short: "Do what a plan says, and nothing else",
		Long: "apply makes a run of a plan that usersync plan --out has kept. It plans nothing: each record is sent with the call that\n" +
			"the plan holds for it, and a record without one is not sent. Settings and files are those of the plan, taken from the\n" +
			"directory where it was made, unless they are given here.\n\n" +
			"It exits 2 and sends nothing if what the plan is bound to has changed: the input, the settings that decide about users,\n" +
			"the mapping, the account, or the ledger, so that a plan is applied once. What the API holds is not bound. The run has\n" +
			"its directory like any other, and usersync resume goes on with it.\n\n" + exitCodeTable(),
		Example: "  usersync apply plan.jsonl\n  usersync apply --approved-by 'A. Turing, CHG-4711' plan.jsonl",
	}
	load := addSettings(e, cmd, config.ForApply)
	approved := cmd.Flags().String("approved-by", "", "the `NAME` of whoever approved the plan, for the summary")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := load(); err != nil { // says how errors are to be told
			return err
		}
		if len(args) == 0 {
			return exit.Usage(fmt.Errorf("read arguments: apply takes a plan"), "usersync plan --out FILE makes one", "usersync apply --help")
		}
		p, err := plan.Open(args[0])
		if err != nil {
			return run.PlanRefused(err, "")
		}
		p.ApprovedBy = *approved
		return e.apply(p, args[1:], found, cmd)
	}
	return cmd
}

// applying makes a run of a plan.
func (e *env) apply(p *plan.Plan, files []string, found *result, now *cobra.Command) error {
	c, err := settingsOf(e, journal.Header{Args: p.Header.Args}, overrideConfig(p, now))
	if err != nil {
		return errors.Join(err, p.Close())
	}
	if len(files) == 0 {
		files = p.Header.Inputs
	}
	c.Invocation.Files = files
	return e.send(now.Context(), c, run.Options{Files: files, Plan: p}, found)
}

// withConfig lets --config of this command hold in place of the plan's.
func overrideConfig(p *plan.Plan, now *cobra.Command) *cobra.Command {
	if f := now.Flags().Lookup("config"); f.Changed {
		p.Header.Args = append(slices.Clip(p.Header.Args), "--config", f.Value.String())
	}
	return now
}
