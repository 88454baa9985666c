package job

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/message"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/terminal"
)

// SendSeveral sends the files to several destinations in parallel, one run each. The
// runs share only the process, and the first call waits until each of them
// has found its settings and its columns in order.
func (p *Process) SendSeveral(ctx context.Context, c *config.Config, files []string) error {
	configs, err := each(c, files)
	if err != nil {
		p.TellUnread(ctx, c, err)
		return err
	}
	lanes := p.lanes(configs, files)
	inParallel(lanes, func(l *lane) error { return l.prepare(ctx) })
	if !misused(lanes) {
		inParallel(lanes, func(l *lane) error { return l.begin(ctx) })
	}
	if !misused(lanes) {
		inParallel(lanes, func(l *lane) error { return l.send(ctx, &l.found) })
	}
	return end(ctx, c.Target.All, lanes)
}

// each returns the settings of each run.
func each(c *config.Config, files []string) ([]*config.Config, error) {
	if slices.Contains(files, "-") {
		return nil, exit.Usage(fmt.Errorf("open the input: standard input cannot be read by %d runs", len(c.Target.All)), "name a file, or one destination with --to", "usersync run --help")
	}
	if c.Output.Results != "" {
		return nil, exit.Usage(fmt.Errorf("read settings: --results cannot take the results of %d runs", len(c.Target.All)), "leave it out: each run writes its results to its own directory", "usersync run --help")
	}
	return c.Each()
}

// asJSON is the format of a log whose lines are all JSON.
const asJSON = "json"

// lane is one of several runs.
type lane struct {
	*sender
	found advice.Result
	err   error
}

// lanes gives each run the terminal, with its name before each line.
func (p *Process) lanes(configs []*config.Config, files []string) []*lane {
	all := make([]*lane, len(configs))
	stdout, stderr := &terminal.Locked{To: p.Stdout}, &terminal.Locked{To: p.Stderr}
	for i, c := range configs {
		one := *p
		one.several = true
		one.Stdout, one.Stderr = stdout, &terminal.Prefixed{To: stderr, Prefix: c.Target.To + ": "}
		if c.Log.Format == asJSON {
			one.Stderr = stderr // each line is JSON and names its destination
		}
		all[i] = &lane{sender: &sender{Process: &one, config: c, options: run.Options{Files: files}}}
	}
	return all
}

// inParallel takes the next step of the runs that have come this far.
func inParallel(lanes []*lane, step func(*lane) error) {
	var group errgroup.Group
	for _, l := range lanes {
		if l.err == nil {
			group.Go(func() error {
				l.err = inOrder(func() error { return step(l) })
				return nil
			})
		}
	}
	_ = group.Wait() // each run keeps its own error
}

// misused reports whether a run cannot be made as it was asked for, and gives those that
// could be made an error, too: half of the destinations would hold the users, and the
// rest would wait for a corrected file.
func misused(lanes []*lane) bool {
	bad := slices.IndexFunc(lanes, func(l *lane) bool { return advice.ExitCode(l.err, advice.Result{}) == exit.Misuse })
	if bad < 0 {
		return false
	}
	for _, l := range lanes {
		if l.err == nil {
			l.err = exit.Usage(fmt.Errorf("start the run to %s: the run to %s cannot start; nothing was sent", l.config.Target.To, lanes[bad].config.Target.To),
				"fix the other run; a run with --to "+l.config.Target.To+" does not depend on it", "")
		}
	}
	return true
}

// end releases the runs, reports their errors, and returns how they ended.
func end(ctx context.Context, names []string, lanes []*lane) error {
	codes := make([]int, len(lanes))
	for i, l := range lanes {
		l.err = l.conclude(ctx, l.err)
		codes[i] = advice.ExitCode(l.err, l.found)
		message.Error(l.Stderr, l.config.Log.Format == asJSON, l.err, codes[i])
		l.tell(ctx, l.err, l.found)
	}
	return exit.Worst(names, codes)
}
