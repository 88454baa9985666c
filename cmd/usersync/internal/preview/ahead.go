package preview

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/sync/guard"
	"usersync/sync/plan"
)

// CheckAhead refuses a look ahead at what can be read one time only.
func CheckAhead(c *config.Config, verb string, paths []string) error {
	if !c.Guards.LookAhead() || input.Repeatable(paths) {
		return nil
	}
	return exit.Usage(errors.New("read settings: --max-change and --min-records read the input before it is sent, and it can be read one time only; nothing was sent"),
		"write it into a file first", "usersync "+verb+" --help")
}

// LookAhead makes a plan of the input, which it opens once more, and returns the
// *guard.Error of the first guard that trips.
func (d DryRun) LookAhead(ctx context.Context) (err error) {
	before := d.Versions()
	if d.Setup, err = d.Duplicate(ctx); err != nil {
		return err
	}
	f, counts, err := d.run(ctx)
	if !counts.Reading {
		err = errors.Join(err, d.Input.Close())
	}
	if err != nil {
		return fmt.Errorf("look ahead: %w; nothing was sent", err)
	}
	for _, was := range before {
		if !was.SameVersion(input.Versions([]string{was.Path}, was.Format)[0]) {
			return exit.Usage(fmt.Errorf("look ahead: %s was changed meanwhile; nothing was sent", was.Path), "run again when it is written", "")
		}
	}
	return f.guardError(d.Config)
}

// tripped returns the error of the first guard that what was foreseen trips.
// Rejects that are fed again are few, and all of them are meant to change.
func (f *outcomes) guardError(c *config.Config) error {
	if f.read > 0 && f.fedAgain == f.read {
		return nil
	}
	if f.read < c.Guards.MinRecords {
		return &guard.Error{Name: "min_records",
			What: fmt.Sprintf("the input holds %s, and --min-records asks for %d; nothing was sent", exit.Plural(f.read, "record"), c.Guards.MinRecords),
			Hint: "look whether the export is whole; if it is, lower --min-records"}
	}
	return f.tooManyChanges(c.Guards.MaxChange)
}

func (f *outcomes) tooManyChanges(most config.ChangeLimits) error {
	known := f.changes.Compared
	if most.All != nil && !most.All.Covers(f.changes.Changed, known) {
		return changeError(fmt.Sprintf("%d of %s known would change%s", f.changes.Changed, exit.Plural(known, "user"), topField(f.changes)), *most.All)
	}
	for _, name := range slices.Sorted(maps.Keys(most.Fields)) {
		if c := f.changes.Of(name); c.Users > 0 && !most.Fields[name].Covers(c.Users, known) {
			return changeError(fmt.Sprintf("%s would change for %d of %s known", name, c.Users, exit.Plural(known, "user")), most.Fields[name])
		}
	}
	return nil
}

// ChangeGuard is the name of the guard of --max-change.
const ChangeGuard = "max_change"

func changeError(what string, most config.Share) error {
	return &guard.Error{Name: ChangeGuard,
		What: fmt.Sprintf("%s, and --max-change allows %s; nothing was sent", what, most),
		Hint: "look at what would change with usersync plan; if it is as it should be, allow more with --max-change"}
}

// mostOf says which field changes most.
func topField(c *plan.Changes) string {
	for _, f := range c.List() {
		return fmt.Sprintf(", %s for %d of them", f.Field, f.Users)
	}
	return ""
}
