package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/writer"
	"usersync/writer/report"
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
	load := addSettings(e, cmd, config.ForRun)
	out := cmd.Flags().String("out", "", "keep the plan in this `FILE`, for usersync apply")
	read := cmd.Flags().Bool("read", false, "make the reads that updates need")
	cmd.Flags().Bool(strings.TrimPrefix(detailedFlag, "--"), false, "exit with 0 for nothing to do, 1 for an error, 2 for users to send")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return e.plan(cmd.Context(), planOptions{config: c, files: args, out: *out, read: *read}, found)
	}
	return cmd
}

// plan makes a plan and shows it on standard output.
func (e *env) plan(ctx context.Context, o planOptions, found *tally) error {
	frugal(e.lookup, o.config.Target.Sandbox)
	o.stdin, o.now, o.wire = e.stdin, e.now, e.wire
	p := &planner{planOptions: o}
	made, err := p.run(ctx)
	if made == nil {
		return err
	}
	return errors.Join(e.showPlan(p, made, found), told(made.stops, hintOf(made.stops)), err)
}

// showPlan shows a plan, and notes what decides about the exit code.
func (e *env) showPlan(p *planner, made *planned, found *tally) error {
	shown := made.forecast
	found.read, found.outcomes, found.allowed = shown.Records, made.outcomes, p.config.Output.AllowRejects
	found.detailed.changes = shown.Sends() > 0
	if made.kept {
		shown.Plan, shown.Next = p.out, exit.CommandLine("apply", p.out)
	} else if shown.Sends() > 0 && made.stops == nil { // the run would stop as this did
		shown.Next = runLine(p.config, p.paths)
	}
	if p.config.Output.JSON {
		return report.WriteForecast(e.stdout, shown)
	}
	return report.PrintForecast(e.stdout, shown)
}

// runLine is the command that does what was planned; none for standard input.
func runLine(c *config.Config, paths []string) string {
	if slices.Contains(paths, "-") {
		return ""
	}
	return config.Invocation{Flags: config.DropFlags(c.Invocation.Flags, "--out", "--read", "--dry-run", "--json", detailedFlag)}.Command("run", c.Invocation.Files...)
}

// planOptions are what a plan is told besides its settings.
type planOptions struct {
	config *config.Config
	files  []string // of the command line
	stdin  io.Reader
	now    func() time.Time
	wire   context.Context // ends when calls on the wire are to be cut
	out    string          // the file that keeps it; empty if none does
	read   bool            // make the reads that updates need
}

// planned is a plan that was made.
type planned struct {
	forecast report.Forecast
	outcomes writer.Outcomes
	kept     bool
	stops    error // what would stop the run; nil if nothing does
}

// planner makes a plan.
type planner struct {
	planOptions

	paths     []string
	conn      *connect.Connection
	input     *reader.Input
	ledger    *ledger.Ledger   // nil: there is none, or none yet
	presence  *mirror.Presence // nil: not of a mirror, or there is no ledger
	protected map[string]struct{}
	left      bool // the input is still being read
	notes     []string
}

// run makes the plan. Where the plan is complete and only closing something
// failed, it returns both.
func (p *planner) run(ctx context.Context) (made *planned, err error) {
	if len(p.config.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("plan: %d destinations are named, and a plan is made for one", len(p.config.Target.All)), "name it with --to", "usersync plan --help")
	}
	if p.paths, err = inputPaths(p.files, p.config.Input.From); err != nil {
		return nil, err
	}
	if err := errors.Join(p.checkOut(), checkAhead(p.config, "plan", p.paths), checkPlannable(p.config)); err != nil {
		return nil, err
	}
	if p.conn, err = connect.Open(ctx, p.config); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.conn.Close()) }()
	if p.input, err = openInput(ctx, p.stdin, p.config, p.conn.Client, p.paths); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if p.protected, err = checkGuards(p.config, p.conn.Client.Traits(), p.input); err != nil {
		return nil, errors.Join(err, p.openLedger(ctx))
	}
	if err := p.openLedger(ctx); err != nil {
		return nil, err
	}
	if err := p.attend(ctx); err != nil {
		return nil, err
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
	for _, path := range append([]string{p.config.File}, p.paths...) {
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
	case c.Ledger.URL == config.NoLedger:
		p.note("without a ledger nobody is known: users who exist already are found by the API, and updated then")
		return p.noteUnfinished(ctx, p.conn.ScopeIn(c.Ledger.Feed))
	case c.Target.Sandbox:
		return nil
	}
	scope := p.conn.ScopeIn(c.Ledger.Feed)
	url := c.Ledger.At(c.Output.RunsDir)
	if path, isFile := strings.CutPrefix(url, config.SQLiteURL); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			p.note("there is no ledger yet: users who exist already are found by the API, and updated then")
			return p.noteUnfinished(ctx, scope)
		}
	}
	if p.ledger, err = connect.OpenLedger(ctx, c, scope, url); err != nil {
		return err
	}
	return p.noteUnfinished(ctx, scope)
}

func (p *planner) note(text string) { p.notes = append(p.notes, text) }
