package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerForget(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "forget ID",
		Short: "Erase a user from the ledger and from the directories of runs",
		Long: "forget erases a user for good. In every run below --runs-dir that went to the same API, host and account, and in\n" +
			"rehearsals for the same API, the user's rows lose the id, the API's key, every value and every text; record, outcome\n" +
			"and code stay, so that `usersync verify` still adds up. Then the user leaves the ledger, from the disk as well, and the\n" +
			"next run takes one who is still in the input as new.\n\n" +
			"A run that can still be resumed needs what it knows of its users. If one holds the id nothing is erased, exit 2: go on\n" +
			"with it first. A second call finishes what a killed one has begun. Inputs, plans, copies that --results named, logs\n" +
			"and backups are not touched, nor are runs that went elsewhere. Without a ledger give --ledger none.",
		Example: "  usersync ledger forget 4711",
		Args:    ledgerArguments("ID"),
	}
	load := addSettings(e, cmd, ledgerSettings()...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		done, err := forget(cmd.Context(), c, args[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.stdout, done)
		return err
	}
	return cmd
}

// forget erases id under the lock that a run takes: none of the scope is under
// way meanwhile.
func forget(ctx context.Context, c *config, id string) (done erased, err error) {
	if c.Target.Sandbox {
		return done, exit.Usage(errors.New("open the ledger: the sandbox's ledger lies in the run's own directory"), "set sandbox to false: rehearsals are erased too", "")
	}
	c.Target.Offline = true
	conn, err := connect(ctx, c)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if url := c.ledgerURL(c.Output.RunsDir); url != noLedger {
		if err := checkThere(url, writing); err != nil {
			return done, err
		}
	}
	scope := scopeOf(conn.scope, c.Ledger.Feed)
	past, err := openPast(ctx, c, scope, c.Output.RunsDir, "usersync-ledger")
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, past.close()) }()
	done, err = eraseFromRuns(c.Output.RunsDir, scope, id)
	if err != nil {
		return done, err
	}
	return done, done.forgetIn(ctx, past.ledger, id)
}

// forgetIn comes last: as long as the ledger knows the user, not all is done.
func (d *erased) forgetIn(ctx context.Context, l *ledger.Ledger, id string) error {
	err := ledger.ErrUnknown
	if l != nil {
		err = l.Forget(ctx, id)
	}
	if errors.Is(err, ledger.ErrUnknown) && d.runs > 0 {
		return nil // a killed call came as far, or the ledger is younger than the run
	}
	if l == nil && errors.Is(err, ledger.ErrUnknown) {
		return exit.Usage(errors.New("erase a user: no run holds such an id"), "ids are compared byte for byte", "")
	}
	d.ledger = err == nil
	return ledgerAnswer(err)
}

// erased counts what was done.
type erased struct {
	ledger                        bool
	runs                          int // whose files were changed
	results, rejects, notes, list int // rows, and records in journals
	elsewhere                     int // runs of another account that hold the id
}

func (d erased) String() string {
	where := "it was not in the ledger"
	if d.ledger {
		where = "removed from the ledger"
	}
	parts := []string{where, fmt.Sprintf("erased from runs: %d, results: %d, rejects: %d, notes of journals: %d, lists: %d", d.runs, d.results, d.rejects, d.notes, d.list)}
	if d.elsewhere > 0 {
		parts = append(parts, fmt.Sprintf("runs to other accounts that hold such an id and are as they were: %d", d.elsewhere))
	}
	return strings.Join(parts, "; ")
}
