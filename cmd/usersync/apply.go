package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/writer/report"
)

func applyCommand(e *env, found *tally) *cobra.Command {
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
	load := addSettings(e, cmd, append(runSettings(), "results")...)
	approved := cmd.Flags().String("approved-by", "", "the `NAME` of whoever approved the plan, for the summary")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := load(); err != nil { // says how errors are to be told
			return err
		}
		if len(args) == 0 {
			return exit.Usage(fmt.Errorf("read arguments: apply takes a plan"), "usersync plan --out FILE makes one", "usersync apply --help")
		}
		p, err := openPlan(args[0])
		if err != nil {
			return notApplied(err)
		}
		p.approvedBy = *approved
		return e.applying(p, args[1:], found, cmd)
	}
	return cmd
}

// applying makes a run of a plan.
func (e *env) applying(p *plan, files []string, found *tally, now *cobra.Command) error {
	c, cmd, err := settingsOf(e, journal.Header{Args: p.header.Args}, withConfig(p, now))
	if err != nil {
		return errors.Join(err, p.close())
	}
	if len(files) == 0 {
		files = p.header.Inputs
	}
	c.typed.files = files
	j := &job{env: e, config: c, found: found, started: e.now(), applied: p}
	j.again = func(files ...string) string { return again(cmd, files) }
	return j.run(now.Context(), files)
}

// withConfig lets --config of this command hold in place of the plan's.
func withConfig(p *plan, now *cobra.Command) *cobra.Command {
	if f := now.Flags().Lookup("config"); f.Changed {
		p.header.Args = append(slices.Clip(p.header.Args), "--config", f.Value.String())
	}
	return now
}

// planOf opens the plan that an earlier part of a run applied; nil if it was none.
func planOf(h journal.Header) (*plan, error) {
	if h.Plan == nil {
		return nil, nil
	}
	p, err := openPlan(h.Plan.Path)
	if err != nil {
		return nil, notApplied(err)
	}
	p.approvedBy = h.Plan.ApprovedBy
	if p.sha256 != h.Plan.SHA256 {
		return nil, errors.Join(notApplied(p.fault("it is not the plan that the run was begun with")), p.close())
	}
	return p, nil
}

// facts is the plan as the journal names it.
func (p *plan) facts() *journal.Plan {
	if p == nil {
		return nil
	}
	return &journal.Plan{Path: p.path, SHA256: p.sha256, ApprovedBy: p.approvedBy}
}

// summary is the plan as the summary names it.
func (p *plan) summary() *report.Plan {
	if p == nil {
		return nil
	}
	return &report.Plan{Path: p.path, SHA256: p.sha256, Calls: p.end.Calls, ApprovedBy: p.approvedBy}
}
