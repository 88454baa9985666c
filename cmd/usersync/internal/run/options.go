package run

import (
	"errors"
	"fmt"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

// CheckResume refuses to resume a run for reasons that can be found before
// anything is opened, with an *exit.Error. Stdin says that the input comes from
// standard input.
func CheckResume(r *history.Run, stdin bool) error {
	p, h := r.Journal, r.Journal.Header
	line := func(args ...string) string { return exit.CommandLine(append([]string{"run"}, args...)...) }
	switch {
	case !p.Begun:
		return exit.Usage(fmt.Errorf("resume run %s: it ended before it sent anything", r.ID), "run its command again", "")
	case h.Sandbox:
		return exit.Usage(fmt.Errorf("resume run %s: it was a rehearsal, and its sandbox is gone", r.ID), "begin a new one", line(h.Args[min(1, len(h.Args)):]...))
	case p.Over() && p.End.State == journal.Absorbed:
		return exit.Usage(fmt.Errorf("resume run %s: run %s went on from there", r.ID, p.End.By), "look at that run", exit.CommandLine("verify", r.Sibling(p.End.By)))
	case p.Over():
		return exit.Usage(fmt.Errorf("resume run %s: it is finished", r.ID), "its rejects can be sent again", exit.CommandLine("retry", r.Path()))
	case h.ReadsStdin() && !stdin:
		return exit.Usage(fmt.Errorf("resume run %s: it read standard input", r.ID), "give it the same input again", exit.CommandLine("resume", r.Path(), "-"))
	case stdin && !h.ReadsStdin():
		return exit.Usage(fmt.Errorf("resume run %s: it did not read standard input", r.ID), "leave the - out", exit.CommandLine("resume", r.Path()))
	}
	return nil
}

// Resume returns the options that resume a run, whose settings are c.
func Resume(c *config.Config, r *history.Run) (o Options, err error) {
	h := r.Journal.Header
	c.Output.RunsDir = r.Dir
	o.Resume = r.ID
	if h.Retried != "" {
		rejects, err := history.ReadRejects(r.Dir, h.Retried)
		if err != nil {
			return o, fmt.Errorf("resume run %s, which retries run %s: %w", r.ID, h.Retried, err)
		}
		o.Retried = Retried{Rejects: rejects, Trailer: c.Proof.Trailer}
		c.Proof.ExpectNothing()
	}
	if o.Plan, err = planOf(h); err != nil {
		return o, err
	}
	for _, in := range h.Inputs {
		o.Files = append(o.Files, in.Path)
	}
	c.Invocation.Files = o.Files
	return o, nil
}

// planOf opens the plan that an earlier part of a run applied; nil if it was none.
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
		return nil, errors.Join(PlanRefused(p.Fault("it is not the plan that the run was begun with"), ""), p.Close())
	}
	return p, nil
}

// RejectsOf returns the rejects of a run that is over. Another run is an *exit.Error.
func RejectsOf(r *history.Run) (history.Rejects, error) {
	if r.Journal.Resumable() {
		return history.Rejects{}, exit.Usage(fmt.Errorf("retry run %s: it is not over", r.ID), "go on with it first", exit.CommandLine("resume", r.Path()))
	}
	rejects, err := history.ReadRejects(r.Dir, r.ID)
	if err != nil {
		return rejects, fmt.Errorf("retry run %s: %w", r.ID, err)
	}
	return rejects, nil
}

// Retry returns the options that send the rejects of a run again, whose settings are
// c. Settings that would make other users of them are an *exit.Error.
func Retry(c *config.Config, r *history.Run, rejects history.Rejects) (o Options, err error) {
	o = Options{Retried: Retried{Rejects: rejects, Trailer: c.Proof.Trailer}, Files: []string{rejects.Path}}
	c.Proof.ExpectNothing()
	c.Invocation.Files = o.Files
	if c.RunDigest() != r.Journal.Header.ConfigSHA256 || c.MappingDigest() != r.Journal.Header.MappingSHA256 {
		return o, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping are not those that it ran with; nothing was sent", r.ID),
			"its rejects are an input like any other: run them with the settings of now", c.Invocation.Again(rejects.Path))
	}
	return o, nil
}
