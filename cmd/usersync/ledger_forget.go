package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/sync/ledger"
)

func ledgerForget(e *env) *cobra.Command {
	var plans []string
	cmd := &cobra.Command{
		Use:   "forget ID",
		Short: "Erase a user from the ledger and from run directories",
		Long: "forget erases a user for good. In every run in --runs-dir that went to the same API,\n" +
			"host and account, and in sandbox runs of the same API, the user's rows lose the id, the\n" +
			"API's key, every value and every text. Record, outcome and code stay, so that usersync\n" +
			"verify still passes. Then the user is deleted from the ledger, on the disk too. The\n" +
			"next run treats a user who is still in the input as new.\n\n" +
			"A run that can still be resumed needs its users: if one holds the id, nothing is erased\n" +
			"and forget exits 2; resume that run first. If forget is killed, run it again to finish.\n" +
			"--plan names a plan that holds the user: it is erased too, and cannot be applied then.\n" +
			"A user who got a new id is in earlier runs under the old one: forget names it, and does\n" +
			"not erase it. Inputs, copies made by --results, logs and backups are not touched, nor\n" +
			"are runs of other accounts. If you have no ledger, give --ledger none.",
		Example: "  usersync ledger forget 4711",
		Args:    ledgerArguments("ID"),
	}
	cmd.Flags().StringArrayVar(&plans, "plan", nil, "also erase the user from the plan in `FILE`; may be repeated")
	load := addSettings(e, cmd, setting.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return forgetUser(cmd, e, c, args[0], plans)
	}
	return cmd
}

// forgetUser erases a user from plans, and from the ledger and the runs, and prints where they were.
func forgetUser(cmd *cobra.Command, e *env, c *config.Config, id string, plans []string) error {
	lines, err := erasure.Plans(plans, id)
	if err != nil {
		return err
	}
	done, err := forget(cmd.Context(), c, id)
	if err != nil && (lines == 0 || !unknownUser(err)) {
		return err
	}
	text := done.String()
	if lines > 0 {
		text += fmt.Sprintf("; lines of plans: %d", lines)
	}
	_, err = fmt.Fprintln(e.stdout, text)
	for _, other := range done.Others {
		err = errors.Join(err, e.note(cmd, "in earlier runs another id has the user's key of the API, and was not erased",
			"if the user got a new id, forget that one too", c.LedgerCommand("forget", other)))
	}
	return err
}

// unknownUser reports whether the user was found neither in the ledger nor in a run.
func unknownUser(err error) bool {
	return errors.Is(err, erasure.ErrUnknown) || errors.Is(err, ledger.ErrUnknown)
}

// forget erases id under the lock that runs take, so that no run of the scope is in
// progress.
func forget(ctx context.Context, c *config.Config, id string) (done erasure.Done, err error) {
	if c.Target.Sandbox {
		return done, exit.Usage(errors.New("open the ledger: the sandbox's ledger is in the run's own directory"), "set sandbox to false: sandbox runs are erased too", "")
	}
	err = connect.WithLease(ctx, c, history.AddressEvidence(c), func(l *connect.Lease, scope journal.Scope) (err error) {
		done, err = erasure.Erase(ctx, l.Ledger, c.Output.RunsDir, scope, id)
		return err
	})
	return done, err
}
