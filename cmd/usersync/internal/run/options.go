package run

import (
	"context"
	"fmt"

	"usersync/cmd/usersync/internal/apply"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/retry"
	"usersync/sync/journal"
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
	if o.Retried, err = retry.Resumed(c, r); err != nil {
		return o, err
	}
	if o.Plan, err = apply.Reopen(h); err != nil {
		return o, err
	}
	for _, in := range h.Inputs {
		o.Files = append(o.Files, in.Path)
	}
	input.Pin(c, h.Inputs)
	c.Invocation.Files = o.Files
	return o, nil
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
	if err := apply.CheckAddress(o.Plan, now, c, paths); err != nil {
		return err
	}
	if o.Retried.Run != "" && !o.Retried.Scope.Same(now) {
		return exit.Usage(fmt.Errorf("retry run %s: its users were sent to another account or base URL; nothing was sent", o.Retried.Run),
			"its rejects are an input like any other: run them with the current settings", c.Invocation.Again(o.Retried.Path))
	}
	return nil
}

// checkTwice refuses an input that must be read twice but cannot.
func (o Options) checkTwice(c *config.Config, paths []string) error {
	switch {
	case o.Plan != nil:
		return apply.CheckTwice(paths)
	case o.Retried.Run != "":
		return nil
	}
	return preview.CheckAhead(c, "run", paths)
}
