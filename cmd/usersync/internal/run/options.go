package run

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

// CheckResume refuses, with an *exit.Error, to resume a run for reasons that are known
// before anything is opened. stdin says that the input comes from standard input.
func CheckResume(r *history.Run, stdin bool) error {
	p, h := r.Journal, r.Journal.Header
	line := func(args ...string) string { return exit.CommandLine(append([]string{"run"}, args...)...) }
	switch {
	case !p.Begun:
		return exit.Usage(fmt.Errorf("resume run %s: it ended before it sent anything", r.ID), "run its command again", "")
	case h.Sandbox:
		return exit.Usage(fmt.Errorf("resume run %s: it was a sandbox run, and its sandbox no longer exists", r.ID), "start a new one", line(h.Args[min(1, len(h.Args)):]...))
	case p.Over() && p.End.State == journal.Absorbed:
		return exit.Usage(fmt.Errorf("resume run %s: run %s has absorbed it", r.ID, p.End.By), "look at that run", exit.CommandLine("verify", r.Sibling(p.End.By)))
	case p.Over():
		return exit.Usage(fmt.Errorf("resume run %s: it is finished", r.ID), "its rejects can be sent again", exit.CommandLine("retry", r.Path()))
	case h.ReadsStdin() && !stdin:
		return exit.Usage(fmt.Errorf("resume run %s: it read standard input", r.ID), "give it the same input again", exit.CommandLine("resume", r.Path(), "-"))
	case stdin && !h.ReadsStdin():
		return exit.Usage(fmt.Errorf("resume run %s: it did not read standard input", r.ID), "leave the - out", exit.CommandLine("resume", r.Path()))
	}
	return nil
}

// Resume returns the options for resuming a run; c are its settings.
func Resume(c *config.Config, r *history.Run) (o Options, err error) {
	h := r.Journal.Header
	c.Output.RunsDir = r.Dir
	o.Resume = r.ID
	if h.Retried != "" {
		rejects, err := history.ReadRejects(r.Dir, h.Retried)
		if err != nil {
			return o, fmt.Errorf("resume run %s, which retries run %s: %w", r.ID, h.Retried, err)
		}
		o.Retried = Retried{Rejects: rejects, Trailer: c.Proof.Trailer, Scope: history.ScopeOf(h)}
		if o.Retried.Selection, err = history.Select(r.Dir, h.Retry); err != nil {
			return o, fmt.Errorf("resume run %s: %w", r.ID, err)
		}
		c.Input.Selected = o.Retried.Selection.Of
		c.Proof.ExpectNothing()
	}
	if o.Plan, err = planOf(h); err != nil {
		return o, err
	}
	for _, in := range h.Inputs {
		o.Files = append(o.Files, in.Path)
	}
	input.Pin(c, h.Inputs)
	c.Invocation.Files = o.Files
	return o, nil
}

// planOf opens the plan that an earlier part of a run applied; nil without one.
func planOf(h journal.Header) (*plan.Plan, error) {
	if h.Plan == nil {
		return nil, nil
	}
	p, err := plan.Open(h.Plan.Path)
	if err != nil {
		return nil, PlanRefused(err, "")
	}
	p.ApprovedBy = h.Plan.ApprovedBy
	if p.SHA256 != h.Plan.SHA256 {
		return nil, errors.Join(PlanRefused(p.Fault("it is not the plan that the run started with"), ""), p.Close())
	}
	return p, nil
}

// checkAddress refuses a plan, and rejects of an earlier run, that were made for another
// account or base URL. It makes no call.
func (o Options) checkAddress(ctx context.Context, c *config.Config, paths []string) error {
	if o.Plan == nil && o.Retried.Run == "" || c.Target.Sandbox || o.Retried.Sandbox {
		return nil
	}
	now, err := connect.ScopeOf(ctx, c)
	if err != nil {
		return err
	}
	if p := o.Plan; p != nil && !p.Header.Sandbox && p.Header.Scope.BaseURL != "" && !p.Header.Scope.Same(now) {
		return PlanRefused(p.Fault("%s", otherScope), c.Invocation.Command("plan", append([]string{"--out", p.Path}, paths...)...))
	}
	if o.Retried.Run != "" && !o.Retried.Scope.Same(now) {
		return exit.Usage(fmt.Errorf("retry run %s: its users were sent to another account or base URL; nothing was sent", o.Retried.Run),
			"its rejects are an input like any other: run them with the current settings", c.Invocation.Again(o.Retried.Path))
	}
	return nil
}
