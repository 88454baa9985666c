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
	"usersync/writer"
	"usersync/writer/report"
)

// Options are what a plan is told besides its settings.
type Options struct {
	Files []string // of the command line; none: those of the settings
	Stdin io.Reader
	Now   func() time.Time
	Wire  context.Context // ends when calls on the wire are to be cut
	Out   string          // the file that keeps it; empty if none does
	Read  bool            // make the reads that updates need
	Args  []string        // the command line of a run with the same settings
}

// Plan is a plan that was made.
type Plan struct {
	Forecast report.Forecast
	Outcomes writer.Outcomes
	Kept     bool  // in the file of Options.Out
	Stops    error // the *guard.Error that would stop the run; nil if nothing does
}

// Make makes a plan. What cannot be planned is an *exit.Error. Where the plan is
// complete and only closing something failed, it returns both.
func Make(ctx context.Context, c *config.Config, o Options) (made *Plan, err error) {
	if len(c.Target.All) > 1 {
		return nil, exit.Usage(fmt.Errorf("plan: %d destinations are named, and a plan is made for one", len(c.Target.All)), "name it with --to", "usersync plan --help")
	}
	paths, err := input.Paths(o.Files, c.Input.From)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(o.checkOut(c, paths), CheckAhead(c, "plan", paths), checkPlannable(c)); err != nil {
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
	ledger    *ledger.Ledger   // nil: there is none, or none yet
	presence  *mirror.Presence // nil: not of a mirror, or there is no ledger
	protected map[string]struct{}
	notes     []string
	reading   bool // the input is still being read
}

// newPlanner opens the ledger if there is one, and begins to note who is in the input
// of a mirror. Without a ledger nobody is missing from it.
func newPlanner(ctx context.Context, o Options, s *Setup) (*planner, error) {
	protected, err := s.Check()
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

// close leaves an input alone that is still being read: a read of a pipe cannot be
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

// make runs the plan, and keeps it if all that it is bound to stayed as it was.
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
	f, counts, err := DryRun{Setup: p.Setup, Wire: p.options.Wire, Ledger: p.ledger, Protected: p.protected,
		read: p.options.Read, file: file, presence: p.presence}.run(ctx)
	p.reading = counts.Reading
	absence := error(nil)
	if tripped, ok := errors.AsType[*guard.Error](err); ok && tripped.Name == mirror.Guard {
		absence, err = err, nil
	}
	if err != nil {
		return nil, planError(err)
	}
	p.notes = append(p.notes, p.Input.Warnings()...)
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

// notPlanned is why the input could not be planned. The hint of an error stands on a
// line of its own.
func planError(err error) error {
	hint, err := input.SplitHint(err)
	err = fmt.Errorf("plan: %w", err)
	if _, hinted := errors.AsType[*exit.Error](err); hinted || hint == "" {
		return err
	}
	return &exit.Error{Err: err, Hint: hint}
}
