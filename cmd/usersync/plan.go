package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/ledger"
)

func planCommand(e *env, found *tally) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan [FILE|-]...",
		Short: "Show what a run would do, and send nothing",
		Long: "plan reads the input as run does and shows what would be done: how many users would be created, updated and deleted,\n" +
			"which fields would change and for how many, the calls, and the time that they take. It sends nothing, makes no run\n" +
			"directory, writes nothing to the ledger and takes no lock.\n\n" +
			"--out keeps the plan in a file that usersync apply does, and nothing else. The file holds ids and prints, no values;\n" +
			"its mode is 0600. --read makes the reads that go before updates, so that the plan knows who is the same already.\n\n" +
			"With --detailed-exitcode: 0 nothing to do, 2 users to send, 1 an error, or nothing to send and rejected rows.\nElse: " + exitCodeTable(),
		Example: "  usersync plan users.csv\n  usersync plan --out plan.jsonl users.csv\n  usersync apply plan.jsonl",
	}
	load := addSettings(e, cmd)
	out := cmd.Flags().String("out", "", "keep the plan in this `FILE`, for usersync apply")
	read := cmd.Flags().Bool("read", false, "make the reads that updates need")
	cmd.Flags().Bool(strings.TrimPrefix(detailedFlag, "--"), false, "exit with 0 for nothing to do, 1 for an error, 2 for users to send")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return (&planner{env: e, config: c, found: found, out: *out, read: *read}).run(cmd.Context(), args)
	}
	return cmd
}

// planner makes a plan and shows it.
type planner struct {
	*env
	config *config
	found  *tally
	out    string // the file that keeps it; empty if none does
	read   bool

	paths  []string
	conn   *connection
	input  *reader.Input
	ledger *ledger.Ledger // nil: there is none, or none yet
	would  *job           // the run that is planned, as far as its guards must know it
	left   bool           // the input is still being read
	notes  []string
}

func (p *planner) run(ctx context.Context, args []string) (err error) {
	frugal(p.lookup, p.config.Target.Sandbox)
	if len(p.config.Target.All) > 1 {
		return exit.Usage(fmt.Errorf("plan: %d destinations are named, and a plan is made for one", len(p.config.Target.All)), "name it with --to", "usersync plan --help")
	}
	if p.paths, err = inputPaths(args, p.config.Input.From); err != nil {
		return err
	}
	if err := errors.Join(p.checkOut(), p.config.checkAhead("plan", p.paths), p.config.checkPlannable()); err != nil {
		return err
	}
	if p.conn, err = connect(ctx, p.config); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.conn.close()) }()
	if p.input, err = openInput(ctx, p.stdin, p.config, p.conn.client, p.paths); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	p.would = &job{env: p.env, config: p.config, conn: p.conn, input: p.input}
	if err := errors.Join(p.would.checkGuards(), p.openLedger(ctx)); err != nil {
		return err
	}
	if err := p.attend(ctx); err != nil {
		return err
	}
	return p.make(ctx)
}

func (p *planner) close() error {
	var errs []error
	if !p.left { // a read of a pipe cannot be interrupted
		errs = append(errs, p.input.Close())
	}
	if p.ledger != nil {
		errs = append(errs, p.ledger.Close())
	}
	return errors.Join(errs...)
}

// checkOut refuses a plan that could not be applied, or that would take the place
// of what it is made of.
func (p *planner) checkOut() error {
	switch {
	case p.out == "":
		return nil
	case p.out == "-":
		return exit.Usage(errors.New("read flags: --out takes a file, and standard output shows the plan"), "name a file", "usersync plan --help")
	case !canReadTwice(p.paths):
		return exit.Usage(errors.New("read flags: --out keeps a plan of what can be read again, and this input can be read one time only"),
			"write it into a file first; without --out it can be planned", "usersync plan --help")
	}
	for _, path := range append([]string{p.config.file}, p.paths...) {
		if path != "" && sameFile(p.out, path) {
			return exit.Usage(fmt.Errorf("read flags: --out %s is a file that the plan is made of", p.out), "give the plan a file of its own", "usersync plan --help")
		}
	}
	return nil
}

// openLedger opens the ledger if there is one: a plan makes none.
func (p *planner) openLedger(ctx context.Context) (err error) {
	c := p.config
	switch {
	case c.Ledger.URL == noLedger:
		p.note("without a ledger nobody is known: users who exist already are found by the API, and updated then")
		return p.noteUnfinished(ctx, scopeOf(p.conn.scope, c.Ledger.Feed))
	case c.Target.Sandbox:
		return nil
	}
	scope := scopeOf(p.conn.scope, c.Ledger.Feed)
	url := c.ledgerURL(c.Output.RunsDir)
	if path, isFile := strings.CutPrefix(url, sqliteURL); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			p.note("there is no ledger yet: users who exist already are found by the API, and updated then")
			return p.noteUnfinished(ctx, scope)
		}
	}
	if p.ledger, err = openLedger(ctx, c, scope, url); err != nil {
		return err
	}
	return p.noteUnfinished(ctx, scope)
}

func (p *planner) note(text string) { p.notes = append(p.notes, text) }
