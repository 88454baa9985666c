package preview

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/ledger"
)

// checkOut refuses a plan file that could not be applied, or that would overwrite an
// input.
func (o Options) checkOut(c *config.Config, paths []string) error {
	switch {
	case o.Out == "":
		return nil
	case o.Out == "-":
		return exit.Usage(errors.New("read flags: --out takes a file, and standard output shows the plan"), "name a file", "usersync plan --help")
	case !input.Repeatable(paths):
		return exit.Usage(errors.New("read flags: to apply a plan, the input must be read again, and this input can be read only once"),
			"write it to a file first, or plan without --out", "usersync plan --help")
	}
	for _, path := range append([]string{c.File}, paths...) {
		if path != "" && input.SameFile(o.Out, path) {
			return exit.Usage(fmt.Errorf("read flags: --out %s is a file that the plan reads", o.Out), "give the plan a file of its own", "usersync plan --help")
		}
	}
	return nil
}

// openLedger opens the ledger if it exists: a plan does not create one. The notes say
// what the plan does not know.
func (o Options) openLedger(ctx context.Context, s *Setup) (l *ledger.Ledger, notes []string, err error) {
	c := s.Config
	if c.Ledger.URL != config.NoLedger && c.Target.Sandbox {
		return nil, nil, nil
	}
	url := c.Ledger.At(c.Output.RunsDir)
	path, isFile := strings.CutPrefix(url, setting.SQLite)
	_, missing := os.Stat(path)
	switch {
	case c.Ledger.URL == config.NoLedger:
		notes = append(notes, "without a ledger every user counts as new: for one that already exists, the API says so, and the run updates it")
	case isFile && errors.Is(missing, fs.ErrNotExist):
		notes = append(notes, "there is no ledger yet, so every user counts as new: for one that already exists, the API says so, and the run updates it")
	default:
		if l, err = connect.OpenToRead(ctx, c, s.Scope(), url, history.AddressEvidence(c)); err != nil {
			return nil, nil, err
		}
	}
	note, err := o.noteUnfinished(ctx, s, l)
	if err != nil && l != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	if note != "" {
		notes = append(notes, note)
	}
	return l, notes, err
}

// noteUnfinished names an unfinished run of the scope that did something the ledger
// does not know yet; empty if there is none.
func (o Options) noteUnfinished(ctx context.Context, s *Setup, l *ledger.Ledger) (string, error) {
	dir := s.Config.Output.RunsDir
	known, err := history.FindRegistered(ctx, l, dir, s.Config.Ledger.Feed)
	if err != nil {
		return "", err
	}
	all, err := history.Unfinished(dir, s.Scope(), s.Config.LedgerName(), known.Here...)
	if err != nil {
		return "", err
	}
	if _, all, err = history.Over(ctx, l, all); err != nil {
		return "", err
	}
	left, err := history.WithNews(ctx, l, all)
	switch {
	case err != nil:
		return "", err
	case len(left) == 0 && len(known.Elsewhere) > 0:
		return o.noteElsewhere(ctx, s.Config, l, known.Elsewhere[0])
	case len(left) == 0:
		return "", nil
	}
	if o.Out != "" {
		return "", exit.Usage(fmt.Errorf("plan: run %s of this account is unfinished, and no plan made now could be applied", left[0].ID),
			"continue it first", exit.CommandLine("resume", left[0].Path()))
	}
	return fmt.Sprintf("run %s of this account is unfinished: what it did last is not included", left[0].ID), nil
}

// noteElsewhere says which run of the scope did not end, and has its files elsewhere: on another
// machine, or in the ledger.
func (o Options) noteElsewhere(ctx context.Context, c *config.Config, l *ledger.Ledger, r ledger.Run) (string, error) {
	stored, err := l.Stored().Runs(ctx)
	switch kept := slices.Contains(stored, r.Name); {
	case err != nil:
		return "", err
	case kept && o.Out != "":
		return "", exit.Usage(fmt.Errorf("plan: run %s of this account is unfinished, and no plan made now could be applied", ledger.MainRun(r.Name)),
			"let it end; the next run absorbs it otherwise", c.Invocation.Command("run", c.Invocation.Files...))
	case kept:
		return fmt.Sprintf("run %s of this account is unfinished: what it did last is not included", ledger.MainRun(r.Name)), nil
	}
	if o.Out != "" {
		return "", exit.Usage(fmt.Errorf("plan: run %s of this account is unfinished, and no plan made now could be applied", r.Name),
			"its journal is on "+history.Place(r)+": resume it there, or give it up", c.LedgerCommand("abandon", r.Name))
	}
	return fmt.Sprintf("run %s of this account is unfinished, and its journal is on %s: a run that may repeat its calls sends every user again", r.Name, history.Place(r)), nil
}
