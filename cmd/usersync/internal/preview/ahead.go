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
	"usersync/cmd/usersync/internal/quantity"
	"usersync/sync/guard"
	"usersync/sync/journal"
	"usersync/sync/plan"
)

// CheckAhead refuses a look ahead at an input that can be read only once.
func CheckAhead(c *config.Config, verb string, paths []string) error {
	renames := c.Guards.Renames > 0 && c.Target.Mode == config.Mirror && verb == "run"
	if !c.Guards.LookAhead() && !renames || input.Repeatable(paths) {
		return nil
	}
	return exit.Usage(errors.New("read settings: --max-change, --min-records and --renames read the input twice, and this input can be read only once; nothing was sent"),
		"write it to a file first", "usersync "+verb+" --help")
}

// LookAhead plans the input, which it opens again, and returns the *guard.Error of the
// first guard that trips.
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
	if err := SameVersions(d.Config, before); err != nil {
		return err
	}
	if d.OnChanges != nil {
		d.OnChanges(f.changes.Changed, f.changes.Compared)
	}
	return f.guardError(d.Config)
}

// SameVersions refuses an input that changed while it was read ahead.
func SameVersions(c *config.Config, before []journal.Input) error {
	for _, was := range before {
		if !was.SameVersion(input.Versions(c, []string{was.Path}, was.Format)[0]) {
			return exit.Usage(fmt.Errorf("look ahead: %s changed while it was read; nothing was sent", was.Path), "run again when it is complete", "")
		}
	}
	return nil
}

// guardError returns the error of the first guard that the forecast trips. Rejects that
// are sent again are few, and all of them are meant to change, so they trip none.
func (f *outcomes) guardError(c *config.Config) error {
	if f.read > 0 && f.fedAgain == f.read {
		return nil
	}
	if f.read < c.Guards.MinRecords {
		return &guard.Error{Name: "min_records",
			What: fmt.Sprintf("the input has %s, and --min-records requires %d; nothing was sent", exit.Plural(f.read, "record"), c.Guards.MinRecords),
			Hint: "check that the export is complete; if it is, lower --min-records"}
	}
	return f.tooManyChanges(c.Guards.MaxChange)
}

func (f *outcomes) tooManyChanges(most config.ChangeLimits) error {
	known := f.changes.Compared
	if most.All != nil && !most.All.Covers(f.changes.Changed, known) {
		return changeError(fmt.Sprintf("%d of %s would change%s", f.changes.Changed, exit.Plural(known, "known user"), topField(f.changes)), *most.All)
	}
	for _, name := range slices.Sorted(maps.Keys(most.Fields)) {
		if c := f.changes.Of(name); c.Users > 0 && !most.Fields[name].Covers(c.Users, known) {
			return changeError(fmt.Sprintf("%s would change for %d of %s", name, c.Users, exit.Plural(known, "known user")), most.Fields[name])
		}
	}
	return nil
}

// ChangeGuard is the name of the guard of --max-change.
const ChangeGuard = "max_change"

func changeError(what string, most quantity.Share) error {
	return &guard.Error{Name: ChangeGuard,
		What: fmt.Sprintf("%s, and --max-change allows %s; nothing was sent", what, most),
		Hint: "see what would change with usersync plan; if that is right, allow more with --max-change"}
}

// topField names the field that changes for the most users.
func topField(c *plan.Changes) string {
	for _, f := range c.List() {
		return fmt.Sprintf(", %s for %d of them", f.Field, f.Users)
	}
	return ""
}
