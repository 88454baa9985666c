package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/protect"
	"usersync/writer"
	"usersync/writer/report"
)

// Options say what to plan, besides the settings.
type Options struct {
	Files []string // of the command line; empty: those of the settings
	Stdin io.Reader
	Now   func() time.Time
	Wire  context.Context // ends when calls in flight must be canceled
	Out   string          // file to save the plan in; empty: do not save it
	Read  bool            // make the reads that updates need
	Args  []string        // the command line of a run with the same settings
}

// Plan is the result of planning.
type Plan struct {
	Forecast report.Forecast
	Outcomes writer.Outcomes
	Kept     bool  // saved in Options.Out
	Stops    error // the *guard.Error that would stop the run; nil without one
}

// Make makes a plan. An input that cannot be planned is an *exit.Error. If the plan is
// complete and only closing something failed, Make returns both plan and error.
func Make(ctx context.Context, c *config.Config, o Options) (made *Plan, err error) {
	if len(c.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("plan: %d destinations are named, and a plan is for one", len(c.Target.All)), "choose one with --to", "usersync plan --help")
	}
	paths, err := input.Paths(ctx, c, o.Files)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(o.checkOut(c, paths), CheckAhead(c, "plan", paths), checkPlannable(c)); err != nil {
		return nil, err
	}
	if err := connect.CheckScope(ctx, c, history.AddressEvidence(c)); err != nil {
		return nil, err
	}
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	s, err := Prepare(ctx, c, conn, paths, o.Stdin)
	if err != nil {
		return nil, err
	}
	p, err := newPlanner(ctx, o, s)
	if err != nil {
		return nil, errors.Join(err, s.Input.Close())
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return p.make(ctx)
}

// planner makes a plan.
type planner struct {
	*Setup
	options   Options
	ledger    *ledger.Ledger   // nil without one
	presence  *mirror.Presence // nil if not a mirror, or without a ledger
	protected *protect.List
	notes     []string
	reading   bool // the input is still being read
}

// newPlanner opens the ledger if it exists. For a mirror it also prepares to note who is
// in the input; without a ledger no user can be missing.
func newPlanner(ctx context.Context, o Options, s *Setup) (*planner, error) {
	protected, err := s.Check(ctx)
	l, notes, bad := o.openLedger(ctx, s)
	if err = errors.Join(err, bad); err != nil {
		return nil, err
	}
	p := &planner{Setup: s, options: o, ledger: l, protected: protected, notes: notes}
	if s.Config.Target.Mode == config.Mirror && l != nil {
		if p.presence, err = mirror.NewPresence(ctx, l); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return p, nil
}

// close does not close an input that is still being read: a read from a pipe cannot be
// interrupted.
func (p *planner) close() error {
	var errs []error
	if !p.reading {
		errs = append(errs, p.Input.Close())
	}
	if p.ledger != nil {
		errs = append(errs, p.ledger.Close())
	}
	return errors.Join(errs...)
}

// make makes the plan, and saves it if ledger and input have not changed.
func (p *planner) make(ctx context.Context) (made *Plan, err error) {
	before, err := p.generation(ctx)
	if err != nil {
		return nil, err
	}
	file, digest, err := p.openFile(ctx, before)
	if err != nil {
		return nil, err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.Drop()) }()
	}
	f, counts, err := DryRun{Setup: p.Setup, Wire: p.options.Wire, Ledger: p.ledger, Protected: p.protected, Now: p.options.Now(),
		read: p.options.Read, file: file, presence: p.presence}.run(ctx)
	p.reading = counts.Reading
	absence := error(nil)
	if tripped, ok := errors.AsType[*guard.Error](err); ok && (tripped.Name == mirror.Guard || tripped.Name == DeleteGuard) {
		absence, err = err, nil
	}
	if err != nil {
		return nil, planError(err)
	}
	p.notes = append(append(p.notes, p.Input.Expected()...), ProtectedWarnings(p.protected.Report())...)
	if err := p.checkUnchanged(ctx, before, digest, file != nil); err != nil {
		return nil, err
	}
	made = &Plan{Forecast: p.forecast(f), Outcomes: writer.CountOutcomes(f.counts), Stops: errors.Join(f.guardError(p.Config), absence)}
	if file != nil && made.Stops == nil {
		if err := file.Finish(f.read); err != nil {
			return nil, &history.DirError{Err: err}
		}
		made.Kept = true
	}
	return made, nil
}

// planError says why the input could not be planned. It splits off the hint, which is
// printed on its own line.
func planError(err error) error {
	hint, err := input.SplitHint(err)
	err = fmt.Errorf("plan: %w", err)
	if _, hinted := errors.AsType[*exit.Error](err); hinted || hint == "" {
		return err
	}
	return &exit.Error{Err: err, Hint: hint}
}
