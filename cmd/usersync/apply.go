package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/apply"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

func applyCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply PLAN [FILE]...",
		Short: "Apply a saved plan, exactly",
		Long: "apply runs a plan that usersync plan --out has saved. It plans nothing itself: each\n" +
			"record is sent with the call that the plan holds for it, and a record without a call\n" +
			"is not sent. Settings and files are those of the plan, read from the directory where\n" +
			"it was made, unless you give others here.\n\n" +
			"It exits 2 and sends nothing if the plan no longer fits: if the input, the mapping,\n" +
			"the account, the ledger or a setting that decides what is sent has changed. So a plan\n" +
			"can be applied only once. It does not check whether the API has changed. The run has a\n" +
			"directory like any other, and usersync resume continues it.",
		Annotations: withExitCodes(),
		Example:     "  usersync apply plan.jsonl\n  usersync apply --approved-by 'A. Turing, CHG-4711' plan.jsonl",
	}
	load := addSettings(e, cmd, setting.ForApply)
	approved := cmd.Flags().String("approved-by", "", "the `NAME` of the person who approved the plan, for the summary")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := load(); err != nil { // decides how errors are printed
			return err
		}
		if len(args) == 0 {
			return exit.Usage(fmt.Errorf("read arguments: apply takes a plan"), "make one with usersync plan --out FILE", "usersync apply --help")
		}
		p, err := plan.Open(args[0])
		if err != nil {
			return apply.Refused(err, "")
		}
		p.ApprovedBy = *approved
		return e.apply(p, args[1:], found, cmd)
	}
	return cmd
}

// apply runs a plan.
func (e *env) apply(p *plan.Plan, files []string, found *advice.Result, now *cobra.Command) error {
	c, err := settingsOf(e, journal.Header{Args: p.Header.Args}, overrideConfig(p, now))
	if err != nil {
		return errors.Join(err, p.Close())
	}
	if len(files) == 0 {
		files = p.Header.Inputs
	}
	files = e.environment.Places.AddAll(files)
	c.Invocation.Files = files
	return e.send(now.Context(), c, run.Options{Files: files, Plan: p}, found)
}

// overrideConfig replaces the plan's --config with the one given to this command.
func overrideConfig(p *plan.Plan, now *cobra.Command) *cobra.Command {
	if f := now.Flags().Lookup("config"); f.Changed {
		p.Header.Args = append(slices.Clip(p.Header.Args), "--config", f.Value.String())
	}
	return now
}
