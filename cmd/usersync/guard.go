package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/guard"
	"usersync/sync/plan"
)

// checkAhead refuses a look ahead at what can be read one time only.
func checkAhead(c *config.Config, verb string, paths []string) error {
	if !c.Guards.LookAhead() || canReadTwice(paths) {
		return nil
	}
	return exit.Usage(errors.New("read settings: --max-change and --min-records read the input before it is sent, and it can be read one time only; nothing was sent"),
		"write it into a file first", "usersync "+verb+" --help")
}

// lookAhead plans the whole input, if a guard wants that, and returns the
// *guard.Error of the first that trips. A run that has begun to write, one
// that applies a plan, and a retry of rejects are past it.
func (j *job) lookAhead(ctx context.Context) (err error) {
	if !j.config.Guards.LookAhead() || j.start.from > 0 || j.applied != nil || j.retried.Run != "" {
		return nil
	}
	j.log.Info("looking at the whole input before anything is sent")
	before := j.header().Inputs
	in, err := openInput(ctx, j.stdin, j.config, j.conn.Client, j.paths)
	if err != nil {
		return err
	}
	p := planning{wire: j.wire, config: j.config, conn: j.conn, input: in, ledger: j.past.Ledger, protected: j.protected}
	f, counts, err := p.run(ctx)
	if !counts.Reading {
		err = errors.Join(err, in.Close())
	}
	if err != nil {
		return fmt.Errorf("look ahead: %w; nothing was sent", err)
	}
	for _, was := range before {
		if !was.SameVersion(inputFacts(was.Path, was.Format)) {
			return exit.Usage(fmt.Errorf("look ahead: %s was changed meanwhile; nothing was sent", was.Path), "run again when it is written", "")
		}
	}
	return f.tripped(j.config)
}

// tripped returns the error of the first guard that what was foreseen trips.
// Rejects that are fed again are few, and all of them are meant to change.
func (f *foreseen) tripped(c *config.Config) error {
	if f.read > 0 && f.again == f.read {
		return nil
	}
	if f.read < c.Guards.MinRecords {
		return &guard.Error{Name: "min_records",
			What: fmt.Sprintf("the input holds %s, and --min-records asks for %d; nothing was sent", exit.Plural(f.read, "record"), c.Guards.MinRecords),
			Hint: "look whether the export is whole; if it is, lower --min-records"}
	}
	return f.tooManyChanges(c.Guards.MaxChange)
}

func (f *foreseen) tooManyChanges(most config.ChangeLimits) error {
	known := f.changes.Compared
	if most.All != nil && !most.All.Covers(f.changes.Changed, known) {
		return changeError(fmt.Sprintf("%d of %s known would change%s", f.changes.Changed, exit.Plural(known, "user"), mostOf(f.changes)), *most.All)
	}
	for _, name := range slices.Sorted(maps.Keys(most.Fields)) {
		if c := f.changes.Of(name); c.Users > 0 && !most.Fields[name].Covers(c.Users, known) {
			return changeError(fmt.Sprintf("%s would change for %d of %s known", name, c.Users, exit.Plural(known, "user")), most.Fields[name])
		}
	}
	return nil
}

// changeGuard is the guard's name.
const changeGuard = "max_change"

func changeError(what string, most config.Share) error {
	return &guard.Error{Name: changeGuard,
		What: fmt.Sprintf("%s, and --max-change allows %s; nothing was sent", what, most),
		Hint: "look at what would change with usersync plan; if it is as it should be, allow more with --max-change"}
}

// mostOf says which field changes most.
func mostOf(c *plan.Changes) string {
	for _, f := range c.List() {
		return fmt.Sprintf(", %s for %d of them", f.Field, f.Users)
	}
	return ""
}
