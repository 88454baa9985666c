package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"usersync/reader"
	"usersync/sync/ledger"
	"usersync/writer"
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
	frugal(p.lookup, p.config.sandbox)
	if len(p.config.all) > 1 {
		return misuse(fmt.Errorf("plan: %d destinations are named, and a plan is made for one", len(p.config.all)), "name it with --to", "usersync plan --help")
	}
	if p.paths, err = inputPaths(args, p.config.from); err != nil {
		return err
	}
	if err := errors.Join(p.checkOut(), p.config.checkAhead("plan", p.paths)); err != nil {
		return err
	}
	if p.conn, err = connect(ctx, p.config); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.conn.close()) }()
	if p.input, err = openInput(ctx, p.env, p.config, p.conn.client, p.paths); err != nil {
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
		errs = append(errs, ledgerFault(p.ledger.Close()))
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
		return misuse(errors.New("read flags: --out takes a file, and standard output shows the plan"), "name a file", "usersync plan --help")
	case !canReadTwice(p.paths):
		return misuse(errors.New("read flags: --out keeps a plan of what can be read again, and this input can be read one time only"),
			"write it into a file first; without --out it can be planned", "usersync plan --help")
	}
	for _, path := range append([]string{p.config.file}, p.paths...) {
		if path != "" && sameFile(p.out, path) {
			return misuse(fmt.Errorf("read flags: --out %s is a file that the plan is made of", p.out), "give the plan a file of its own", "usersync plan --help")
		}
	}
	return nil
}

// openLedger opens the ledger if there is one: a plan makes none.
func (p *planner) openLedger(ctx context.Context) (err error) {
	c := p.config
	switch {
	case c.ledger == noLedger:
		p.note("without a ledger nobody is known: users who exist already are found by the API, and updated then")
		return p.noteUnfinished(ctx, scopeOf(p.conn.scope, c.feed))
	case c.sandbox:
		return nil
	}
	scope := scopeOf(p.conn.scope, c.feed)
	url := c.ledgerURL(c.runsDir)
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

// make runs the plan, shows it, and keeps it if all that it is bound to stayed as
// it was.
func (p *planner) make(ctx context.Context) (err error) {
	before, err := p.generation(ctx)
	if err != nil {
		return err
	}
	file, digest, err := p.openFile(ctx, before)
	if err != nil {
		return err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.drop()) }()
	}
	f, counts, err := planning{env: p.env, config: p.config, conn: p.conn, input: p.input, ledger: p.ledger, read: p.read, file: file,
		protected: p.would.protected, would: p.would}.run(ctx)
	absence := error(nil)
	if guardOf(err) == absenceGuard {
		absence, err = err, nil
	}
	if p.left = counts.Reading; err != nil {
		hint, err := withoutHint(err)
		return told(fmt.Errorf("plan: %w", err), hint)
	}
	p.notes = append(p.notes, p.input.Warnings()...)
	if err := p.stayed(ctx, before, digest, file != nil); err != nil {
		return err
	}
	tripped := errors.Join(f.tripped(p.config), absence)
	if file != nil && tripped == nil {
		if err := file.finish(f.read); err != nil {
			return noPlace(err)
		}
	}
	return errors.Join(p.show(f, file != nil && tripped == nil), told(tripped, hintOf(tripped)))
}

// told adds a hint to an error that has none.
func told(err error, hint string) error {
	if _, known := errors.AsType[*trouble](err); err == nil || known {
		return err
	}
	return &trouble{err: err, hint: hint}
}

// openFile opens the plan file, if there is to be one.
func (p *planner) openFile(ctx context.Context, generation int64) (*planFile, inputDigest, error) {
	if p.out == "" {
		return nil, inputDigest{}, nil
	}
	d, err := digestOf(ctx, p.config, p.paths)
	if err != nil {
		return nil, d, fmt.Errorf("plan: %w", err)
	}
	file, err := newPlanFile(p.out, p.header(d, generation), d.prints)
	if err != nil {
		return nil, d, misuse(err, "give --out a place that this user may write to", "usersync plan --help")
	}
	return file, d, nil
}

func (p *planner) header(d inputDigest, generation int64) planHeader {
	return planHeader{
		Version: readBuild().version, Made: p.now().UTC(), Inputs: p.paths, InputSHA256: d.sha256, InputBytes: d.bytes,
		Args:         append([]string{"run"}, without(p.config.typed.flags, "--out", "--read", detailedFlag)...),
		ConfigSHA256: p.config.planDigest(), MappingSHA256: p.config.mappingDigest(),
		Scope: scopeOf(p.conn.scope, p.config.feed), Sandbox: p.config.sandbox,
		Ledger: planLedger{Kept: p.config.ledger != noLedger, Generation: generation},
	}
}

// without leaves flags out. --out is followed by its value.
func without(flags []string, names ...string) []string {
	var kept []string
	for i := 0; i < len(flags); i++ {
		name, _, _ := strings.Cut(flags[i], "=")
		if !slices.Contains(names, name) {
			kept = append(kept, flags[i])
		} else if flags[i] == "--out" {
			i++
		}
	}
	return kept
}

func (p *planner) generation(ctx context.Context) (int64, error) {
	if p.ledger == nil {
		return 0, nil
	}
	n, err := p.ledger.Generation(ctx)
	return n, ledgerFault(err)
}

// stayed finds out whether another run changed the ledger while the plan was made,
// or somebody the input.
func (p *planner) stayed(ctx context.Context, before int64, d inputDigest, kept bool) error {
	now, err := p.generation(ctx)
	if err != nil {
		return err
	}
	const other = "another run changed the ledger while the plan was made"
	if now != before && !kept {
		p.note(other + ": the numbers mix what was and what is")
	} else if now != before {
		return &trouble{err: errors.New("plan: " + other), code: exitTemporary, hint: "plan again when it has ended"}
	}
	if sum, bytes := p.input.Digest(); kept && (sum != d.sha256 || bytes != d.bytes) {
		return misuse(errors.New("plan: the input was changed while the plan was made"), "plan again when it is written", "")
	}
	return nil
}

// show writes the plan to standard output, and notes what decides about the exit
// code.
func (p *planner) show(f *foreseen, kept bool) error {
	p.found.read, p.found.outcomes, p.found.allowed = f.read, writer.CountOutcomes(f.outcomes), p.config.allowRejects
	p.found.detailed.changes = f.sends() > 0
	shown := p.forecast(f)
	if kept {
		shown.Plan = p.out
		shown.Next = commandLine("apply", p.out)
	} else if shown.Sends() > 0 {
		shown.Next = p.runLine()
	}
	if p.config.json {
		return writer.WriteForecast(p.stdout, shown)
	}
	return writer.ReportForecast(p.stdout, shown)
}

// runLine is the command that does what was planned; none for standard input.
func (p *planner) runLine() string {
	if slices.Contains(p.paths, "-") {
		return ""
	}
	t := p.config.typed
	return typed{flags: without(t.flags, "--out", "--read", "--dry-run", "--json", detailedFlag)}.command("run", t.files...)
}
